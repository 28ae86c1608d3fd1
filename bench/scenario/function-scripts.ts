import {
  type Clock,
  createSimulatedFunctions,
  functionNameOf,
  type HookFunctions,
  notFound,
} from "../../infra/local/aws/index.js";
import type { Scenario } from "./scenario.js";

/** Returns the Lambda functions of a scenario, which answer by their scripts under a clock. */
export function createScriptedFunctions({ functions = {} }: Scenario, clock: Clock): HookFunctions {
  const invoked = new Map<string, number>();
  const exists = (functionArn: string) => functionNameOf(functionArn) in functions;
  return createSimulatedFunctions(clock, answer, exists);

  function answer(functionArn: string) {
    const name = functionNameOf(functionArn);
    const answers = functions[name] ?? [];
    const earlier = invoked.get(name) ?? 0;
    invoked.set(name, earlier + 1);
    return answers[Math.min(earlier, answers.length - 1)] ?? { refused: notFound(functionArn) };
  }
}

import type { Clock } from "../../clock.js";
import type { JsonObject } from "../../protocol/service.js";
import type { FunctionAnswer, HookFunctions } from "../hook-functions.js";

/** Script of one invocation; `after` is the function's duration in milliseconds of the clock. */
export type FunctionBehaviour = { after?: number } & FunctionAnswer;

/** Returns functions that follow scripts under a clock. `behaviourOf` is called at each invocation; every function exists by default. */
export const createSimulatedFunctions = (
  clock: Clock,
  behaviourOf: (functionArn: string, event: JsonObject) => FunctionBehaviour,
  exists: (functionArn: string) => boolean = () => true,
): HookFunctions => ({
  exists,
  invoke(functionArn, event, answered) {
    const { after = 0, ...answer } = behaviourOf(functionArn, event);
    clock.after(after, () => answered(answer));
  },
});

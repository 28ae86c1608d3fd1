import { InputError } from "../../common/errors.js";

export type StrategyName = "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY";

/** Strategy that the user requests. What is left out stays as the service has it, or is ECS's default. */
export interface StrategyOverride {
  name: StrategyName;
  /** Percent of production traffic of a canary, or of each step. */
  percent?: number;
  /** Minutes between two shifts of production traffic. */
  stepBake?: number;
  /** Minutes that both revisions stay up after all production traffic has shifted. */
  bake?: number;
}

/** The same as the user passes it. */
export interface StrategyArguments {
  strategy?: string | undefined;
  percent?: string | undefined;
  stepBake?: number | undefined;
  bake?: number | undefined;
  /** True: the service gets its former strategy back after the rollout. */
  strategyOnce?: boolean | undefined;
}

const names = new Map<string, StrategyName>([
  ["rolling", "ROLLING"],
  ["blue-green", "BLUE_GREEN"],
  ["linear", "LINEAR"],
  ["canary", "CANARY"],
]);

/** Least percent by strategy: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html and API_CanaryConfiguration.html */
const leastPercent: Partial<Record<StrategyName, number>> = { LINEAR: 3, CANARY: 0.1 };
/** A day: the longest bake time of each kind. */
const mostMinutes = 1440;

/**
 * Checks the strategy's arguments by the limits of ECS's API.
 * @returns undefined where none is given.
 * @throws InputError
 */
export function parseStrategy(options: StrategyArguments): StrategyOverride | undefined {
  const { strategy, percent, stepBake, bake, strategyOnce } = options;
  if (strategy === undefined) {
    const given: [string, unknown, string][] = [
      ["--percent", percent, inSteps],
      ["--step-bake", stepBake, inSteps],
      ["--bake", bake, withBake],
      ["--strategy-once", strategyOnce, list],
    ];
    const [option, , accepted] = given.find(([, value]) => value !== undefined && value !== false) ?? [];
    if (option !== undefined) throw bad(`${option} needs --strategy. Accepted with it: ${accepted}.`);
    return undefined;
  }
  const name = names.get(strategy.toLowerCase().replace("_", "-"));
  if (!name) throw bad(`--strategy is ${JSON.stringify(strategy.slice(0, 100))}. Accepted: ${list}.`);
  const least = leastPercent[name];
  if (least === undefined && percent !== undefined) throw bad(onlyInSteps("--percent", name));
  if (least === undefined && stepBake !== undefined) throw bad(onlyInSteps("--step-bake", name));
  if (name === "ROLLING" && bake !== undefined)
    throw bad(`--bake has no effect on rolling deployments. Accepted with: ${withBake}.`);
  return {
    name,
    ...(percent !== undefined && { percent: parsePercent(percent, least ?? 0, name) }),
    ...(stepBake !== undefined && { stepBake: parseMinutes("--step-bake", stepBake) }),
    ...(bake !== undefined && { bake: parseMinutes("--bake", bake) }),
  };
}

const list = [...names.keys()].join(", ");
const inSteps = "linear, canary";
const withBake = `blue-green, ${inSteps}`;

function parsePercent(text: string, least: number, name: StrategyName): number {
  const percent = Number(text);
  if (/^\d{1,3}(?:\.\d)?$/.test(text) && percent >= least && percent <= 100) return percent;
  throw bad(
    `--percent is ${JSON.stringify(text.slice(0, 20))}. Accepted with ${optionOf(name)}: a number from ${least} to 100 with at most one decimal.`,
  );
}

function parseMinutes(option: string, minutes: number): number {
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= mostMinutes) return minutes;
  throw bad(`${option} is ${minutes}. Accepted: a whole number of minutes from 0 to ${mostMinutes}.`);
}

function onlyInSteps(option: string, name: StrategyName): string {
  return `${option} does not apply to ${optionOf(name)}, which shifts no traffic in steps. Accepted with: ${inSteps}.`;
}

/** Returns the strategy's name as the option takes it. */
export function optionOf(name: StrategyName): string {
  return name.toLowerCase().replace("_", "-");
}

const bad = (message: string) => new InputError("bad-strategy", message);

import type { JsonObject } from "../../infra/local/aws/index.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";
import { simulate } from "../virtual/simulate.js";

/** Settings of each strategy, short enough for a test; a bake time of 5 minutes. */
export const strategies = {
  BLUE_GREEN: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 },
  LINEAR: {
    strategy: "LINEAR",
    bakeTimeInMinutes: 5,
    linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 2 },
  },
  CANARY: {
    strategy: "CANARY",
    bakeTimeInMinutes: 5,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 4 },
  },
} as const;

/** Simulates a rollout of a service of two tasks behind two target groups, with a production and a test listener rule, with one seed. */
export async function shift(strategy: object, { service, ...scenario }: Scenario = {}): Promise<Outcome> {
  const settings = { desiredCount: 2, check: "load-balancer", ...service, strategy: strategy as JsonObject } as const;
  return await simulate({ service: settings, ...scenario }, 1);
}

export const pause = (...lifecycleStages: string[]) => ({ targetType: "PAUSE", lifecycleStages });

export const stopAt = (at: number): Intervention => ({ at, do: "stop", stopType: "ROLLBACK" });

/** Returns the lines of progress, without their times. */
export function linesOf({ trace }: Outcome): string[] {
  return trace.flatMap((entry) => (entry.kind === "line" ? entry.text.replace(/^\+\d+:\d\d /, "") : []));
}

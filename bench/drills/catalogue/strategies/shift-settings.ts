/** Settings of drills with the strategies BLUE_GREEN, LINEAR and CANARY. */
import type { JsonObject, LifecycleStage } from "../../../../infra/local/aws/index.js";
import type { DeployerSettings, Intervention, ServiceSettings } from "../../../scenario/scenario.js";

export const blueGreen: JsonObject = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 };
/** Four steps. */
export const linear: JsonObject = {
  strategy: "LINEAR",
  bakeTimeInMinutes: 1,
  linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 2 },
};
export const canary: JsonObject = {
  strategy: "CANARY",
  bakeTimeInMinutes: 1,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
};

/** The strategies by the first word of their drills. */
export const eachStrategy = [
  ["blue-green", blueGreen],
  ["linear", linear],
  ["canary", canary],
] as const;

export const verified: DeployerSettings = { http: true };

/** Service of two tasks behind a production and a test rule. */
export const shifts = (strategy: JsonObject, more: ServiceSettings = {}): ServiceSettings => ({
  desiredCount: 2,
  strategy,
  ...more,
});

/** Pause hook; by default it rolls back after a day. */
export const pause = (stage: LifecycleStage, timeoutConfiguration?: JsonObject): JsonObject => ({
  targetType: "PAUSE",
  lifecycleStages: [stage],
  ...(timeoutConfiguration && { timeoutConfiguration }),
});

type What = Intervention extends infer Each
  ? Each extends Intervention
    ? Omit<Each, "at" | "from" | "step">
    : never
  : never;

/** Event some milliseconds after a stage has begun. */
export const at = (from: LifecycleStage, what: What, { after = 1_000, step = 1 } = {}): Intervention =>
  ({ at: after, from, ...(step > 1 && { step }), ...what }) as Intervention;

export const stopped: What = { do: "stop", stopType: "ROLLBACK" };
export const otherDeploy: What = { do: "deploy", version: "v9.9.9" };
export const continued: What = { do: "continue", action: "CONTINUE" };
/** All tasks of the release; the ones in their place follow its next script. */
export const crashed: What = { do: "crash", version: "v2.0.0", count: 2 };

/** Settings of drills with the strategies BLUE_GREEN, LINEAR and CANARY. */
import type { FunctionBehaviour, JsonObject, LifecycleStage } from "../../../../infra/local/aws/index.js";
import { testUrl } from "../../../scenario/fixture.js";
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
/** Requests the test listener as well. */
export const testedToo: DeployerSettings = { http: true, more: { testHttp: { baseUrl: testUrl } } };

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

/** Name of the Lambda function of `lambda`. */
export const FUNCTION = "check-release";

/** Lambda hook; by default it rolls back after a day. */
export const lambda = (stages: LifecycleStage[], timeoutConfiguration?: JsonObject): JsonObject => ({
  hookTargetArn: `arn:aws:lambda:us-west-2:123456789012:function:${FUNCTION}`,
  roleArn: "arn:aws:iam::123456789012:role/web-hooks",
  lifecycleStages: stages,
  ...(timeoutConfiguration && { timeoutConfiguration }),
});

/** Answers of a hook's function. */
export const succeeded: FunctionBehaviour = { output: { hookStatus: "SUCCEEDED" } };
export const rejected: FunctionBehaviour = { output: { hookStatus: "FAILED" } };
export const inProgress = (callBackDelay?: number): FunctionBehaviour => ({
  output: { hookStatus: "IN_PROGRESS", ...(callBackDelay !== undefined && { callBackDelay }) },
});

export type What = Intervention extends infer Each
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

import type { DeploymentConfiguration, DeploymentLifecycleHook, Service } from "@aws-sdk/client-ecs";

/** Settings of a deployment that moves traffic by weight: BLUE_GREEN, LINEAR or CANARY. */
export interface ShiftPlan {
  strategy: string;
  /** Production weight of the new revision after each shift, in percent; the last one is 100. */
  weights: number[];
  /** Seconds that ECS waits after each shift but the last. */
  stepSeconds: number;
  /** Seconds for which both revisions stay up after the last shift. */
  bakeSeconds: number;
}

/**
 * ECS's defaults, in percent of production traffic and in minutes between two shifts:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html and API_CanaryConfiguration.html
 */
export const shiftDefaults = { LINEAR: { percent: 10, stepBake: 6 }, CANARY: { percent: 5, stepBake: 10 } };

/** Reads the plan of the traffic shifts from a deployment's settings; undefined for a rolling deployment. Pure. */
export function shiftPlanOf(configuration: DeploymentConfiguration = {}): ShiftPlan | undefined {
  const { strategy = "ROLLING", linearConfiguration = {}, canaryConfiguration = {}, bakeTimeInMinutes } = configuration;
  if (strategy === "ROLLING") return undefined;
  const bakeSeconds = (bakeTimeInMinutes ?? 0) * 60;
  const { LINEAR: linear, CANARY: canary } = shiftDefaults;
  if (strategy === "LINEAR") {
    const { stepPercent = linear.percent, stepBakeTimeInMinutes = linear.stepBake } = linearConfiguration;
    const steps = Math.ceil(100 / stepPercent);
    const weights = Array.from({ length: steps }, (_, step) =>
      Math.min(100, Math.round((step + 1) * stepPercent * 10) / 10),
    );
    return { strategy, weights, stepSeconds: stepBakeTimeInMinutes * 60, bakeSeconds };
  }
  if (strategy === "CANARY") {
    const { canaryPercent = canary.percent, canaryBakeTimeInMinutes = canary.stepBake } = canaryConfiguration;
    return { strategy, weights: [canaryPercent, 100], stepSeconds: canaryBakeTimeInMinutes * 60, bakeSeconds };
  }
  return { strategy, weights: [100], stepSeconds: 0, bakeSeconds };
}

/** Minutes for a Lambda hook without a time-out. The default of ECS is a day, but this is the maximum time of one invocation. */
const hookMinutes = 15;

/** Returns the maximum time of one call of a hook, in seconds; 0 for a pause, which waits for a user. */
export function hookCallSeconds({ targetType, timeoutConfiguration }: DeploymentLifecycleHook): number {
  return targetType === "PAUSE" ? 0 : (timeoutConfiguration?.timeoutInMinutes ?? hookMinutes) * 60;
}

/** Returns the lifecycle stages at which the deployments of a service pause. */
export function pauseStagesOf({ lifecycleHooks = [] }: DeploymentConfiguration = {}): string[] {
  const pauses = lifecycleHooks.filter(({ targetType }) => targetType === "PAUSE");
  return [...new Set(pauses.flatMap(({ lifecycleStages = [] }) => lifecycleStages))];
}

/**
 * Returns the maximum time of the Lambda hooks that ECS calls again while it rolls back, in seconds: those of the stages that move traffic.
 * Pure.
 */
export function wayBackSecondsOf({ lifecycleHooks = [] }: DeploymentConfiguration = {}): number {
  return lifecycleHooks.reduce((sum, hook) => {
    const again = (hook.lifecycleStages ?? []).filter((stage) => /^(TEST|PRODUCTION)_TRAFFIC_SHIFT$/.test(stage));
    return sum + again.length * hookCallSeconds(hook);
  }, 0);
}

/** Returns true for a service whose production listener is of a Network Load Balancer: each shift takes longer there. */
export function isNetworkBalanced({ loadBalancers = [] }: Service): boolean {
  return loadBalancers.some(({ advancedConfiguration }) =>
    advancedConfiguration?.productionListenerRule?.includes(":listener/net/"),
  );
}

/** Seconds that a traffic shift takes longer behind a Network Load Balancer: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html */
export const networkShiftSeconds = 600;

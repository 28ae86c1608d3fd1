import type { JsonObject } from "../../protocol/service.js";
import type { LoadBalancerTarget } from "../task-runtime.js";
import { TARGET_GROUP, update, type VirtualEcsOptions, withService } from "./virtual-ecs.js";

export const [BLUE, GREEN] = [TARGET_GROUP, TARGET_GROUP.replace("/web/", "/green/")];
const RULE = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener-rule/app/main/0a/0b";
export const [PRODUCTION, TEST] = [`${RULE}/1a`, `${RULE}/1b`];

/** Stages of a deployment with one step, in order. */
export const STAGES = [
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];
/** Those at which ECS calls a Lambda hook. */
export const HOOK_STAGES = STAGES.filter((stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage));

/** Load balancers of a service with two target groups; by default with a test rule. */
export const balanced = (testListenerRule: string | undefined = TEST, productionListenerRule = PRODUCTION) => [
  {
    targetGroupArn: BLUE,
    containerName: "app",
    containerPort: 5000,
    advancedConfiguration: {
      alternateTargetGroupArn: GREEN,
      productionListenerRule,
      ...(testListenerRule !== "" && { testListenerRule }),
      roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
    },
  },
];

interface ShiftOptions extends VirtualEcsOptions {
  desiredCount?: number;
  /** `""`: without a test rule. */
  testListenerRule?: string;
  productionListenerRule?: string;
  /** True: the service is rolling and names no rules yet. */
  rolling?: boolean;
}

/** Creates a service of two tasks behind two target groups that has completed its first deployment, in `targetGroupArn`. */
export async function withShifts(options: ShiftOptions = {}) {
  const { desiredCount = 2, testListenerRule, productionListenerRule, rolling } = options;
  const [balancer] = balanced(testListenerRule, productionListenerRule);
  const { advancedConfiguration: _rules, ...plain } = balancer as JsonObject;
  const registered: LoadBalancerTarget[] = [];
  const world = await withService({
    ...options,
    target: (target) => {
      registered.push(target);
      return options.target?.(target) ?? {};
    },
    service: {
      desiredCount,
      loadBalancers: [rolling ? plain : (balancer as JsonObject)],
      deploymentConfiguration: rolling ? {} : { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
    },
  });
  return Object.assign(world, watch(world, registered));
}

export const pause = (lifecycleStages: string[], timeoutConfiguration?: JsonObject) => ({
  targetType: "PAUSE",
  lifecycleStages,
  ...(timeoutConfiguration && { timeoutConfiguration }),
});

/** Reads of a service with traffic shifts. */
function watch(world: Awaited<ReturnType<typeof withService>>, registered: readonly LoadBalancerTarget[]) {
  const newest = async () => (await world.deployments())[0];
  const hooksAwaiting = async () =>
    ((await newest()).lifecycleHookDetails ?? []).filter(
      ({ status }: { status: string }) => status === "AWAITING_ACTION",
    ) as { hookId: string }[];
  return {
    newest,
    hooksAwaiting,
    /** Starts a deployment of `image` with a configuration, and returns when it is listed. */
    async deploy(image: string, deploymentConfiguration: JsonObject, more: JsonObject = {}) {
      const taskDefinition = await update(world, image, { deploymentConfiguration, ...more });
      world.clock.advance(6_000);
      return taskDefinition;
    },
    /** Returns the seconds from now until `isSo` holds, checked each `step` milliseconds for up to two hours. */
    async secondsUntil(isSo: () => Promise<boolean> | boolean, step = 1_000) {
      const start = world.clock.now();
      while (!(await isSo())) {
        if (world.clock.now() - start > 7_200_000) throw new Error("It did not come within two hours.");
        world.clock.advance(step);
      }
      return (world.clock.now() - start) / 1_000;
    },
    isAt: (stage: string) => async () => (await newest()).lifecycleStage === stage,
    /** Returns whether no target of the old tasks is left. */
    hasDrained: async () =>
      (await world.service()).deployments.length === 1 ||
      (await world.tasks({ serviceName: "web", desiredStatus: "STOPPED" })).filter(
        ({ taskDefinitionArn, lastStatus }) => taskDefinitionArn === world.first && !["RUNNING"].includes(lastStatus),
      ).length >= 2,
    hasEnded: async () => (await newest()).finishedAt !== undefined,
    /** Performs an action on the only hook that awaits one, and returns its id. */
    async act(action: "CONTINUE" | "ROLLBACK") {
      const [hook, ...others] = await hooksAwaiting();
      if (hook === undefined || others.length > 0) throw new Error(`${others.length} other hooks await an action.`);
      const { serviceDeploymentArn } = await newest();
      await world.call("ContinueServiceDeployment", { serviceDeploymentArn, hookId: hook.hookId, action });
      return hook.hookId;
    },
    /** Returns the target group that receives all requests of a rule, or the weights of both. */
    served(arn: string) {
      const { forwards = [] } = world.listenerRules().find((each) => each.arn === arn) ?? {};
      const used = forwards.filter(({ weight }) => weight > 0);
      return used.length === 1 ? used[0]?.targetGroupArn : forwards.map(({ weight }) => weight);
    },
    /** Returns the images of the running tasks that have registered with a target group. */
    async imagesBehind(group: string): Promise<string[]> {
      const behind = registered.filter(({ targetGroupArn }) => targetGroupArn === group).map(({ taskArn }) => taskArn);
      const tasks = (await world.tasks({ serviceName: "web" })).filter(({ taskArn }) => behind.includes(taskArn));
      return tasks.map(({ containers }) => containers[0].image).toSorted();
    },
    /** Returns target's and source's requested weights: [test, production] of each. */
    async weights() {
      const { targetServiceRevision: target, sourceServiceRevisions } = await newest();
      return [target, ...sourceServiceRevisions].map((each) => [
        each.requestedTestTrafficWeight,
        each.requestedProductionTrafficWeight,
      ]);
    },
    async counts() {
      const { targetServiceRevision: target, sourceServiceRevisions } = await newest();
      return [target, ...sourceServiceRevisions].map((each) => [each.requestedTaskCount, each.runningTaskCount]);
    },
  };
}

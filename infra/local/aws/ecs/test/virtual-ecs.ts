import type { InProcessAws } from "../../in-process.js";
import { memoryState } from "../../memory-state.js";
import type { JsonObject } from "../../protocol/service.js";
import type { StateDirectory } from "../../state.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { awsTiming, type EcsTiming } from "../ecs-timing.js";
import { createEcs } from "../index.js";
import { seededRandom } from "../seeded-random.js";
import { createSimulatedFunctions, type FunctionBehaviour } from "../simulated-tasks/simulated-functions.js";
import { createSimulatedLoadBalancer, type TargetBehaviour } from "../simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime, type TaskBehaviour } from "../simulated-tasks/simulated-runtime.js";
import type { LoadBalancerTarget, TaskSpec } from "../task-runtime.js";

export interface VirtualEcsOptions {
  seed?: number;
  timing?: Partial<EcsTiming>;
  rollbackId?: "old" | "new";
  breakerOnShifts?: boolean;
  behaviour?: (task: TaskSpec) => TaskBehaviour;
  target?: (target: LoadBalancerTarget) => TargetBehaviour;
  /** Script of the Lambda functions of hooks. */
  lambda?: (functionArn: string, event: JsonObject) => FunctionBehaviour;
  resolveImage?: (image: string) => Promise<string | undefined>;
}

/** Default resources of a container instance. */
export const MACHINE = { cpu: 2_048, memory: 4_096, architecture: "x86_64" } as const;

export const SCOPE = { accountId: "123456789012", region: "us-west-2" };
export const CALLER = {
  ...SCOPE,
  accessKeyId: "AKIDEXAMPLE",
  arn: "arn:aws:iam::123456789012:user/test",
  requestId: "request",
  authority: "127.0.0.1:1",
};

/** Creates a whole ECS in virtual time, called in process. By default tasks pull for 5 s, start in 1 s and stop in 1 s. */
export async function createVirtualEcs(options: VirtualEcsOptions = {}) {
  const clock = createVirtualClock();
  const runtime = createSimulatedRuntime(clock, (task) => ({
    pull: 5_000,
    start: 1_000,
    stop: 1_000,
    ...options.behaviour?.(task),
  }));
  const loadBalancer = createSimulatedLoadBalancer(clock, options.target);
  const state = memoryState();
  const open = (directory: StateDirectory, seed: number) =>
    createEcs({
      clock,
      timing: { ...awsTiming, ...options.timing },
      runtime,
      loadBalancer,
      state: directory,
      random: seededRandom(seed),
      machine: MACHINE,
      ...(options.rollbackId !== undefined && { rollbackId: options.rollbackId }),
      ...(options.breakerOnShifts !== undefined && { breakerOnShifts: options.breakerOnShifts }),
      ...(options.lambda && { functions: createSimulatedFunctions(clock, options.lambda) }),
      ...(options.resolveImage !== undefined && { resolveImage: options.resolveImage }),
    });
  let ecs = await open(state, options.seed ?? 1);

  // biome-ignore lint/suspicious/noExplicitAny: responses are read field by field, as JSON
  type Answer = any;
  async function call(operation: string, input: JsonObject = {}, caller = CALLER): Promise<Answer> {
    const run = ecs.service.operations[operation];
    if (run === undefined) throw new Error(`No operation ${operation}`);
    return structuredClone(await run(input, caller));
  }

  return {
    clock,
    runtime,
    call,
    /** Simulates a restart: closes the ECS and opens another one on the written state. */
    async restart() {
      await ecs.close();
      ecs = await open(state.restarted(), 2);
    },
    /** Sets a CloudWatch alarm to ALARM. */
    alarm: (name: string) =>
      ecs.observeAlarm({
        arn: `arn:aws:cloudwatch:${SCOPE.region}:${SCOPE.accountId}:alarm:${name}`,
        state: "ALARM",
        window: 60_000,
      }),
    listenerRules: () => ecs.listenerRules(),
    changeListenerRule: (...change: Parameters<typeof ecs.changeListenerRule>) => ecs.changeListenerRule(...change),
    register: async (image: string, container: JsonObject = {}) =>
      (await call("RegisterTaskDefinition", taskDefinition(image, container))).taskDefinition
        .taskDefinitionArn as string,
    service: async (name = "web") => (await call("DescribeServices", { services: [name] })).services[0],
    deployments: async (name = "web") => {
      const { serviceDeployments } = await call("ListServiceDeployments", { service: name });
      const arns = serviceDeployments.map((each: Answer) => each.serviceDeploymentArn);
      if (arns.length === 0) return [];
      return (await call("DescribeServiceDeployments", { serviceDeploymentArns: arns })).serviceDeployments as Answer[];
    },
    tasks: async (filter: JsonObject = {}) => {
      const { taskArns } = await call("ListTasks", filter);
      return taskArns.length === 0 ? [] : ((await call("DescribeTasks", { tasks: taskArns })).tasks as Answer[]);
    },
  };
}

export type VirtualEcs = Awaited<ReturnType<typeof createVirtualEcs>>;

/** Creates the cluster, a task definition and a Fargate service `web` of one task in a local AWS in process. */
export async function createWebService(aws: InProcessAws, members: JsonObject = {}): Promise<void> {
  await aws.call("ecs", "CreateCluster");
  await aws.call("ecs", "RegisterTaskDefinition", taskDefinition("good:1"));
  await aws.call("ecs", "CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    ...members,
  });
}

/** Advances the clock until the newest service deployment has ended and a single deployment, no longer in progress, is left. */
export async function settle(world: VirtualEcs, name = "web"): Promise<void> {
  const end = world.clock.now() + 6 * 3_600_000;
  while (world.clock.now() < end) {
    const service = await world.service(name);
    const [newest] = await world.deployments(name);
    if (
      newest !== undefined &&
      ENDED.includes(newest.status) &&
      service.deployments.length === 1 &&
      service.deployments[0].rolloutState !== "IN_PROGRESS"
    )
      return;
    world.clock.advance(1_000);
  }
  throw new Error("The service did not settle within six hours.");
}

/** Returns the image of a task's first container, by which scripts are chosen. */
export const imageOf = (task: { taskDefinition: JsonObject }) =>
  (task.taskDefinition.containerDefinitions as { image: string }[])[0]?.image ?? "";

/** Returns the script of the tasks whose image begins with a key of `scripts`; all others succeed. */
export const scripted = (scripts: Record<string, TaskBehaviour>) => (task: TaskSpec) =>
  Object.entries(scripts).find(([word]) => imageOf(task).startsWith(word))?.[1] ?? {};

/** Registers a revision with `image`, updates the service to it and returns its ARN. */
export async function update(world: VirtualEcs, image: string, more: JsonObject = {}): Promise<string> {
  const taskDefinition = await world.register(image);
  await world.call("UpdateService", { service: "web", taskDefinition, ...more });
  return taskDefinition;
}

/** Returns the seconds from UpdateService until the service has settled, by its clock. */
export async function secondsToSettle(world: VirtualEcs): Promise<number> {
  const start = world.clock.now();
  world.clock.advance(awsTiming.listLag);
  await settle(world);
  return (world.clock.now() - start) / 1_000;
}

export const messages = async (world: VirtualEcs): Promise<string[]> =>
  (await world.service()).events.map((event: { message: string }) => event.message).reverse();

const ENDED = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];

export const NETWORK = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
export const TARGET_GROUP = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef";

export const taskDefinition = (image: string, container: JsonObject = {}): JsonObject => ({
  family: "web",
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image, portMappings: [{ containerPort: 5000 }], ...container }],
});

/** Creates a cluster and a service `web` that has completed its first deployment. */
export async function withService(options: VirtualEcsOptions & { service?: JsonObject; container?: JsonObject } = {}) {
  const world = await createVirtualEcs(options);
  await world.call("CreateCluster");
  const first = await world.register("good:1", options.container);
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: first,
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    ...options.service,
  });
  await settle(world);
  return Object.assign(world, { first });
}

import { arch, availableParallelism, totalmem } from "node:os";
import type { Clock } from "../clock.js";
import type { AlarmState } from "../cloudwatch/index.js";
import type { Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import type { EcsTiming } from "./ecs-timing.js";
import { type HookFunctions, noFunctions } from "./hook-functions.js";
import type { Scope } from "./model/ecs-arns.js";
import { emptyState, prepareState, type TaskRecord } from "./model/ecs-state.js";
import { type FargateClass, type FargateQuotas, usedVcpus, usualQuotas } from "./model/fargate-quotas.js";
import type { Forward, ListenerRule } from "./model/listener-rules.js";
import { alternatesOf, type PortTarget, targetsOf, usesHostPorts } from "./model/task-definition-json.js";
import type { Machine } from "./operations/common/operation-context.js";
import { operationsOf } from "./operations/list.js";
import { observeAlarm } from "./scheduler/deployment-alarms.js";
import { createEcsScheduler } from "./scheduler/ecs-scheduler.js";
import { setForwards } from "./scheduler/strategies/listener-rules.js";
import type { Random } from "./seeded-random.js";
import type { LoadBalancer, TaskRuntime } from "./task-runtime.js";

export interface EcsDeps {
  clock: Clock;
  timing: EcsTiming;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  /** Directory whose document `ecs` contains the state. */
  state: StateDirectory;
  random: Random;
  /** Id that a rollback gives the completed deployment: its old one (default) or a new one. Both are recorded on AWS. */
  rollbackId?: "old" | "new";
  /** True by default: the circuit breaker acts on BLUE_GREEN, LINEAR and CANARY too. AWS documents both readings. */
  breakerOnShifts?: boolean;
  /** Returns how long earlier states are kept for stale reads, in milliseconds; by default 0. */
  pastKept?: () => number;
  /** Returns the digest that an image resolves to now, or `undefined`; without this function the first task's pull decides. */
  resolveImage?: (image: string) => Promise<string | undefined>;
  /** Lambda functions of lifecycle hooks; by default none exists. */
  functions?: HookFunctions;
  /** Quotas of Fargate's vCPUs; by default those of an account in use. */
  fargateQuotas?: FargateQuotas | undefined;
  /** Default resources of a container instance; by default this machine's. */
  machine?: Machine;
}

export interface Ecs {
  service: Service;
  /** Returns the target groups that services name. They exist by that only. */
  targetGroups(): (PortTarget & { targetType: "ip" | "instance" })[];
  /** Returns the listener rules that services name. They exist by that only. */
  listenerRules(): ListenerRule[];
  /** Changes the forwards of a listener rule. */
  changeListenerRule(rule: ListenerRule, forwards: Forward[]): void;
  /** Returns the ARNs of the roles that task definitions name. */
  taskRoles(): string[];
  /** Returns the vCPUs of Fargate that the caller's account uses in a region, and their quota. */
  fargateVcpus(caller: Scope, fargateClass: FargateClass): { used: number; quota: number };
  /** Applies a change of a CloudWatch alarm. */
  observeAlarm(news: AlarmState): void;
  /** Stops scheduling and writes unsaved state. The caller closes the task runtime and the load balancer. */
  close(): Promise<void>;
}

/**
 * Creates the local ECS, which implements ECS's operations and deploys services as ECS does, for all accounts and regions; each sees its own
 * resources only. After a restart it takes over the tasks that still run.
 *
 * Map of this room:
 * - `operations/`: ECS's API, a folder for each resource, with the checks and the views of its requests. `list.ts` names all operations; a new
 *   one needs its own file, an entry there, and a test.
 * - `scheduler/`: deploys and scales services. Pure functions of state, time and seed (`SchedulerContext`); `ecs-scheduler.ts` alone drives them.
 * - `model/`: the state that is written to disk, ARNs, and the shape of task definitions.
 * - `task-runtime.ts`, `hook-functions.ts`: the scheduler's interfaces to tasks, load balancers and the Lambda functions of hooks.
 * - `container-runtime/`: runs tasks as real containers of Docker or Podman. `simulated-tasks/`: runs them by script, in virtual time.
 * - `event-messages.ts`: ECS's texts. `ecs-timing.ts`: its delays.
 */
export async function createEcs(deps: EcsDeps): Promise<Ecs> {
  const document = deps.state.document("ecs", emptyState);
  prepareState(document.value);
  const fargateQuotas = deps.fargateQuotas ?? { ...usualQuotas };
  const scheduler = createEcsScheduler({
    ...deps,
    document,
    rollbackId: deps.rollbackId ?? "old",
    breakerOnShifts: deps.breakerOnShifts ?? true,
    fargateQuotas,
    pastKept: deps.pastKept ?? (() => 0),
    functions: deps.functions ?? noFunctions,
  });
  await scheduler.resume();
  const { resolveImage = async () => undefined, machine = thisMachine() } = deps;
  return {
    service: {
      signingName: "ecs",
      targetPrefix: "AmazonEC2ContainerServiceV20141113",
      operations: operationsOf({ scheduler, resolveImage, machine }),
      past: (at) => operationsOf({ scheduler: scheduler.past(at), resolveImage, machine }),
    },
    targetGroups: () =>
      Object.values(scheduler.state.services)
        .filter(({ status }) => status !== "INACTIVE")
        .flatMap(({ settings, taskDefinition }) => {
          const document = scheduler.state.taskDefinitions[taskDefinition]?.document ?? {};
          const targetType = usesHostPorts(document) ? "instance" : "ip";
          return [...targetsOf(settings), ...alternatesOf(settings)].map((each) => ({ ...each, targetType }) as const);
        }),
    listenerRules: () => Object.values(scheduler.state.listenerRules),
    changeListenerRule: (rule, forwards) => scheduler.change((context) => setForwards(context, rule, forwards)),
    taskRoles: () =>
      Object.values(scheduler.state.taskDefinitions)
        .flatMap(({ document: { executionRoleArn, taskRoleArn } }) => [executionRoleArn, taskRoleArn])
        .filter((arn) => typeof arn === "string"),
    fargateVcpus: (caller, fargateClass) => ({
      used: usedVcpus(Object.values(scheduler.state.tasks).filter(isLive), caller, fargateClass),
      quota: fargateQuotas[fargateClass],
    }),
    observeAlarm: ({ arn, state, window }) =>
      scheduler.change((context) => observeAlarm(context, arn, state === undefined ? undefined : { state, window })),
    async close() {
      scheduler.close();
      await document.flush();
    },
  };
}

const isLive = ({ lastStatus }: TaskRecord) => lastStatus !== "STOPPED";

const thisMachine = (): Machine => ({
  cpu: availableParallelism() * 1_024,
  memory: Math.floor(totalmem() / 1_048_576),
  architecture: arch() === "arm64" ? "arm64" : "x86_64",
});

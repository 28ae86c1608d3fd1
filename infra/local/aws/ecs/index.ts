import { arch, availableParallelism, totalmem } from "node:os";
import type { Clock } from "../clock.js";
import type { AlarmNews } from "../cloudwatch/index.js";
import type { Operation, Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import type { EcsTiming } from "./ecs-timing.js";
import { emptyState, prepareState } from "./model/ecs-state.js";
import { type PortTarget, targetsOf, usesHostPorts } from "./model/task-definition-json.js";
import { accountSettingOperations } from "./operations/account-settings.js";
import { capacityProviderOperations } from "./operations/clusters/capacity-providers.js";
import { clusterSettingOperations } from "./operations/clusters/cluster-settings.js";
import { clusterOperations } from "./operations/clusters/clusters.js";
import { containerInstanceOperations } from "./operations/container-instances/container-instances.js";
import { tagOperations } from "./operations/resource-tags.js";
import { deploymentOperations } from "./operations/service-deployments/service-deployments.js";
import { serviceOperations } from "./operations/services/services.js";
import { withEnumChecks } from "./operations/shared/enum-members.js";
import type { Machine, OperationContext } from "./operations/shared/operation-context.js";
import { taskDefinitionOperations } from "./operations/task-definitions/task-definitions.js";
import { protectionOperations } from "./operations/tasks/task-protection.js";
import { taskOperations } from "./operations/tasks/tasks.js";
import { observeAlarm } from "./scheduler/deployment-alarms.js";
import { createEcsScheduler } from "./scheduler/ecs-scheduler.js";
import type { Random } from "./seeded-random.js";
import type { LoadBalancer, TaskRuntime } from "./task-runtime.js";

export interface EcsDeps {
  clock: Clock;
  timing: EcsTiming;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  /** Its document `ecs` holds everything. */
  state: StateDirectory;
  random: Random;
  /** Whether a rollback shows the completed deployment under its old id (default) or under a new one: both have been seen on AWS. */
  rollbackId?: "old" | "new";
  /** How far back stale reads may look, in milliseconds; nothing is kept unless it is given. */
  pastKept?: () => number;
  /** The digest that an image resolves to now, or `undefined`; without it the first task's pull decides. */
  resolveImage?: (image: string) => Promise<string | undefined>;
  /** What a container instance has that registers without saying so; this machine's where it is not given. */
  machine?: Machine;
}

export interface Ecs {
  service: Service;
  /** The target groups that services name: nothing else makes one here. */
  targetGroups(): (PortTarget & { targetType: "ip" | "instance" })[];
  /** ARNs of the roles that task definitions name. */
  taskRoles(): string[];
  /** Takes in what CloudWatch tells of an alarm. */
  observeAlarm(news: AlarmNews): void;
  /** Stops deciding and writes what is unsaved. Runtime and load balancer are their owner's to close. */
  close(): Promise<void>;
}

/**
 * The local ECS: answers ECS's operations and rolls services out as ECS does. Every account and region is served; each sees only its own.
 * After a restart it takes over the tasks that still run.
 */
export async function createEcs(deps: EcsDeps): Promise<Ecs> {
  const document = deps.state.document("ecs", emptyState);
  prepareState(document.value);
  const scheduler = createEcsScheduler({
    ...deps,
    document,
    rollbackId: deps.rollbackId ?? "old",
    pastKept: deps.pastKept ?? (() => 0),
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
          return targetsOf(settings).map((each) => ({ ...each, targetType }) as const);
        }),
    taskRoles: () =>
      Object.values(scheduler.state.taskDefinitions)
        .flatMap(({ document: { executionRoleArn, taskRoleArn } }) => [executionRoleArn, taskRoleArn])
        .filter((arn) => typeof arn === "string"),
    observeAlarm: ({ arn, state, window }) =>
      scheduler.change((context) => observeAlarm(context, arn, state === undefined ? undefined : { state, window })),
    async close() {
      scheduler.close();
      await document.flush();
    },
  };
}

const thisMachine = (): Machine => ({
  cpu: availableParallelism() * 1_024,
  memory: Math.floor(totalmem() / 1_048_576),
  architecture: arch() === "arm64" ? "arm64" : "x86_64",
});

const operationsOf = (api: OperationContext): Record<string, Operation> =>
  withEnumChecks({
    ...clusterOperations(api),
    ...clusterSettingOperations(api),
    ...capacityProviderOperations(api),
    ...containerInstanceOperations(api),
    ...accountSettingOperations(api),
    ...taskDefinitionOperations(api),
    ...serviceOperations(api),
    ...taskOperations(api),
    ...protectionOperations(api),
    ...deploymentOperations(api),
    ...tagOperations(api),
  });

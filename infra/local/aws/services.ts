import { createAutoScaling } from "./autoscaling/index.js";
import type { Clock } from "./clock.js";
import { createCloudWatch } from "./cloudwatch/index.js";
import { createDynamoDb } from "./dynamodb/index.js";
import { createEcr, type Ecr } from "./ecr/index.js";
import type { EcsTiming } from "./ecs/ecs-timing.js";
import { noFunctions } from "./ecs/hook-functions.js";
import { createEcs, type Ecs, type EcsDeps } from "./ecs/index.js";
import type { Random } from "./ecs/seeded-random.js";
import type { LoadBalancer, TaskRuntime } from "./ecs/task-runtime.js";
import { createElbv2 } from "./elbv2/index.js";
import { createEventBridge } from "./eventbridge/index.js";
import { createEventBridgeScheduler } from "./eventbridge-scheduler/index.js";
import { createIam } from "./iam/index.js";
import { taskRoles } from "./iam/roles.js";
import { createLambda } from "./lambda/index.js";
import type { LocalAwsOptions } from "./local-aws-options.js";
import { createLogs, type Logs } from "./logs/index.js";
import type { Principal, Principals } from "./protocol/principals.js";
import type { JsonObject, Service } from "./protocol/service.js";
import { createS3 } from "./s3/index.js";
import { createSns } from "./sns/index.js";
import type { StateDirectory } from "./state.js";
import { createSts } from "./sts/index.js";
import { openSessions } from "./sts/sessions.js";

/** Services of one local AWS, with the parts of them that others use. */
export interface Services<Balancer extends LoadBalancer> {
  all: Service[];
  ecs: Ecs;
  ecr: Ecr;
  logs: Logs;
  principals: Principals;
  loadBalancer: Balancer;
}

export interface ServicesOptions<Balancer extends LoadBalancer>
  extends Pick<
    LocalAwsOptions,
    "principals" | "largestLayer" | "rollbackId" | "breakerOnShifts" | "faults" | "fargateQuotas" | "functions"
  > {
  clock: Clock;
  log: (line: string) => void;
  state: StateDirectory;
  account: string;
  /** Caller that exists without `principals`. */
  user: Principal;
  timing: EcsTiming;
  /** Source of ECS's ids and choices. */
  random: Random;
  resolveImage?: EcsDeps["resolveImage"];
  /** Returns what runs the tasks and sends requests to them. */
  runTasks(parts: { ecr: Ecr; logs: Logs }): MaybePromise<{ runtime: TaskRuntime; loadBalancer: Balancer }>;
}

type MaybePromise<T> = T | Promise<T>;

/** Creates all services of the local AWS on one state. The caller closes `ecs`. */
export async function createServices<Balancer extends LoadBalancer>(
  options: ServicesOptions<Balancer>,
): Promise<Services<Balancer>> {
  const { state, clock, log, account, faults } = options;
  const sessions = openSessions([options.user, ...(options.principals ?? [])], { state, clock });
  const ecr = createEcr({ state, clock, accountId: account, largestLayer: options.largestLayer });
  const logs = createLogs({ state, clock, log });
  const { runtime, loadBalancer } = await options.runTasks({ ecr, logs });
  const ecs = await createEcs({
    clock,
    timing: options.timing,
    runtime,
    loadBalancer,
    state,
    random: options.random,
    rollbackId: options.rollbackId ?? "old",
    breakerOnShifts: options.breakerOnShifts ?? true,
    fargateQuotas: options.fargateQuotas,
    pastKept: () => faults?.pastKept?.() ?? 0,
    ...(options.resolveImage && { resolveImage: options.resolveImage }),
    ...(options.functions && { functions: options.functions }),
  });
  const cloudWatch = createCloudWatch({ state, clock, ecs });
  cloudWatch.watch(ecs.observeAlarm);
  const isTaskRole = taskRoles(ecs.taskRoles);
  // Nothing subscribes here: what a topic or a bus accepts is a log event of /local/sns/TOPIC or /local/events/BUS.
  const deliverTo = (kind: string) => (region: string, name: string, message: JsonObject) => {
    const group = `/local/${kind}/${name}`;
    const sink = logs.sink(region);
    sink.createGroup(group);
    sink.append(group, "messages", [{ timestamp: clock.now(), message: JSON.stringify(message) }]);
  };
  const all = [
    createSts({ sessions, isTaskRole }),
    createIam({ isTaskRole }),
    ecr.service,
    ecs.service,
    createElbv2({ loadBalancer, ecs, clock }),
    cloudWatch.service,
    logs.service,
    createEventBridge({ state, clock, delivered: deliverTo("events") }),
    createSns({ state, clock, delivered: deliverTo("sns") }),
    createEventBridgeScheduler({ state, clock }),
    createAutoScaling({ state, clock }),
    createLambda({ functions: options.functions ?? noFunctions }),
    createS3({ state, clock }),
    createDynamoDb({ state, clock }),
  ];
  return { all, ecs, ecr, logs, principals: sessions.principals, loadBalancer };
}

/** Returns the caller that exists by default, with its denied actions. */
export function localUser(
  account: string,
  keys: Pick<Principal, "accessKeyId" | "secretAccessKey">,
  deny: string[] = [],
) {
  const userId = keys.accessKeyId.replace(/^AKIA/, "AIDA");
  return { ...keys, arn: `arn:aws:iam::${account}:user/local`, userId, deny };
}

import type { Clock } from "./clock.js";
import { createCloudWatch } from "./cloudwatch/index.js";
import { awsTiming, type EcsTiming } from "./ecs/ecs-timing.js";
import { createEcs, type Ecs } from "./ecs/index.js";
import { randomHex, seededRandom } from "./ecs/seeded-random.js";
import type { LoadBalancer, TaskRuntime } from "./ecs/task-runtime.js";
import { createElb } from "./elbv2/index.js";
import { taskRoles } from "./iam/roles.js";
import { memoryState } from "./memory-state.js";
import { type Answer, createCalls } from "./protocol/calls.js";
import type { Faults } from "./protocol/faults.js";
import { createLimits } from "./protocol/limits.js";
import type { Principal } from "./protocol/principals.js";
import { arrival, createRequestHandler, reset, type SdkRequestHandler } from "./protocol/request-handler.js";
import type { JsonObject, Service } from "./protocol/service.js";
import type { SignedRequest } from "./protocol/signature.js";
import type { StateDirectory } from "./state.js";
import { createSts } from "./sts/index.js";
import { openSessions } from "./sts/sessions.js";

export interface InProcessOptions {
  /** A virtual clock, as a rule. */
  clock: Clock;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  /** Of all ids. */
  seed?: number;
  /** As on AWS unless told otherwise. */
  timing?: EcsTiming;
  rollbackId?: "old" | "new";
  /** Forgotten at the end unless one is given. */
  state?: StateDirectory;
  account?: string;
  /** Actions that the caller may not take, such as `ecs:StopServiceDeployment`. */
  deny?: string[];
  /** Further callers. */
  principals?: Principal[];
  faults?: Faults;
  /** Whether ECS's request limits hold. */
  limits?: boolean;
  /** Services besides ECS and STS: ECR and the logs keep files, and so are their owner's to make. */
  further?: Service[];
  resolveImage?: (image: string) => Promise<string | undefined>;
  /** Milliseconds after which a caller gives up a call without an answer. */
  timeout?: number;
  log?: (line: string) => void;
}

export interface InProcessAws {
  /** For the SDK: `new ECSClient({ region, credentials: aws.credentials, requestHandler: aws.requestHandler })`. */
  requestHandler: SdkRequestHandler;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Answers an HTTP request whose `Authorization` names caller, region and service; the signature is not calculated again. */
  answer(request: SignedRequest): Promise<Answer>;
  /**
   * Calls an operation without HTTP and without serialising; validation, access, limits and faults are the same. Members are as on the
   * wire: times are seconds since the epoch. The answer is the service's own, to be read only.
   *
   * Throws an `AwsError`, or what a socket would: `ECONNRESET` (also for an answer that breaks off), `TimeoutError`.
   */
  call(
    service: string,
    operation: string,
    input?: JsonObject,
    caller?: { accessKeyId?: string; region?: string },
  ): Promise<JsonObject>;
  ecs: Ecs;
  close(): Promise<void>;
}

/** The local AWS without sockets, for simulations in virtual time: the same ECS behind the same checks. The same seed gives the same run. */
export async function createInProcessAws(options: InProcessOptions): Promise<InProcessAws> {
  const { clock, runtime, loadBalancer, faults, seed = 1, account = "123456789012", timeout = 60_000 } = options;
  const user = localUser(account, options.deny);
  const state = options.state ?? memoryState();
  const sessions = openSessions([user, ...(options.principals ?? [])], { state, clock });
  const { principals } = sessions;
  const ecs = await createEcs({
    clock,
    runtime,
    loadBalancer,
    timing: options.timing ?? awsTiming,
    state,
    random: seededRandom(seed),
    rollbackId: options.rollbackId ?? "old",
    pastKept: () => faults?.pastKept?.() ?? 0,
    ...(options.resolveImage && { resolveImage: options.resolveImage }),
  });
  const cloudWatch = createCloudWatch({ state, clock });
  cloudWatch.watch(ecs.observeAlarm);
  // Of their own seed: how often is asked must not change the ids of what is made.
  const requestIds = seededRandom(seed + 1);
  const calls = createCalls({
    services: [
      createSts({ sessions, isTaskRole: taskRoles(ecs.taskRoles) }),
      ecs.service,
      createElb({ loadBalancer, targetGroups: ecs.targetGroups, clock }),
      cloudWatch.service,
      ...(options.further ?? []),
    ],
    principals,
    accountId: account,
    authority: "127.0.0.1:1",
    clock,
    ...(faults && { faults }),
    ...(options.limits && { limits: createLimits(clock) }),
    requestId: () => randomHex(requestIds, 32),
    log: options.log ?? console.error,
  });
  return {
    ecs,
    requestHandler: createRequestHandler(calls, clock, timeout),
    credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
    answer: (request) => calls.answer(request, { verify: false }),
    async call(service, operation, input = {}, { accessKeyId = user.accessKeyId, region = "us-west-2" } = {}) {
      const called = calls.call({ service, operation, input, accessKeyId, region });
      const { output, error } = await arrival(called, clock, timeout);
      if (error) throw error;
      if (output === undefined) throw reset();
      return output;
    },
    close: () => ecs.close(),
  };
}

/** No key of anything: whoever is in this process may call. */
function localUser(account: string, deny: string[] = []): Principal {
  return {
    accessKeyId: "AKIAINPROCESSEXAMPLE",
    secretAccessKey: "in-process",
    arn: `arn:aws:iam::${account}:user/local`,
    userId: "AIDAINPROCESSEXAMPLE",
    deny,
  };
}

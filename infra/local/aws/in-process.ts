import type { Clock } from "./clock.js";
import { awsTiming, type EcsTiming } from "./ecs/ecs-timing.js";
import type { HookFunctions } from "./ecs/hook-functions.js";
import type { Ecs } from "./ecs/index.js";
import type { FargateQuotas } from "./ecs/model/fargate-quotas.js";
import { randomHex, seededRandom } from "./ecs/seeded-random.js";
import type { LoadBalancer, TaskRuntime } from "./ecs/task-runtime.js";
import type { Logs } from "./logs/index.js";
import { memoryState } from "./memory-state.js";
import { type Answer, createCalls } from "./protocol/calls.js";
import type { Faults } from "./protocol/faults.js";
import { createLimits } from "./protocol/limits.js";
import type { Principal } from "./protocol/principals.js";
import { arrival, createRequestHandler, reset, type SdkRequestHandler } from "./protocol/request-handler.js";
import type { JsonObject } from "./protocol/service.js";
import type { SignedRequest } from "./protocol/signature.js";
import { createServices, localUser } from "./services.js";
import type { StateDirectory } from "./state.js";

export interface InProcessOptions {
  /** Usually a virtual clock. */
  clock: Clock;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  /** Seed of all generated IDs. */
  seed?: number;
  /** Delays of ECS; AWS's own by default. */
  timing?: EcsTiming;
  rollbackId?: "old" | "new";
  /** True by default: the circuit breaker acts on deployments with traffic shifts too. */
  breakerOnShifts?: boolean;
  /** Quotas of Fargate's vCPUs; by default those of an account in use. */
  fargateQuotas?: FargateQuotas | undefined;
  /** Lambda functions of lifecycle hooks, such as those of `createSimulatedFunctions`; none exists by default. */
  functions?: HookFunctions;
  /** Kept in memory only by default. */
  state?: StateDirectory;
  account?: string;
  /** Actions denied to the caller, such as `ecs:StopServiceDeployment`. */
  deny?: string[];
  /** Additional callers. */
  principals?: Principal[];
  faults?: Faults;
  /** Enforces ECS's request rate limits. */
  limits?: boolean;
  /** Signing names of services that do not exist; none by default. */
  leaveOut?: readonly string[];
  resolveImage?: (image: string) => Promise<string | undefined>;
  /** Client timeout for a call without a response, in milliseconds. */
  timeout?: number;
  log?: (line: string) => void;
}

export interface InProcessAws {
  /** For the SDK: `new ECSClient({ region, credentials: aws.credentials, requestHandler: aws.requestHandler })`. */
  requestHandler: SdkRequestHandler;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Handles an HTTP request whose `Authorization` names caller, region and service; the signature is not verified. */
  answer(request: SignedRequest): Promise<Answer>;
  /**
   * Calls an operation without HTTP and serialization; validation, access, limits and faults apply. Members are in wire format: times are
   * seconds since the epoch. The returned object belongs to the service: read it only.
   *
   * @throws AwsError, or the error of a socket: `ECONNRESET` (also for a truncated response), `TimeoutError`.
   */
  call(
    service: string,
    operation: string,
    input?: JsonObject,
    caller?: { accessKeyId?: string; region?: string },
  ): Promise<JsonObject>;
  ecs: Ecs;
  /** Returns the sink for the container logs of a region. */
  logs: Logs["sink"];
  close(): Promise<void>;
}

/** Creates the local AWS without sockets, for simulations in virtual time. The same seed gives the same run. */
export async function createInProcessAws(options: InProcessOptions): Promise<InProcessAws> {
  const { clock, runtime, loadBalancer, faults, seed = 1, account = "123456789012", timeout = 60_000 } = options;
  // Its secret protects nothing: every caller is in this process.
  const user = localUser(account, { accessKeyId: "AKIAINPROCESSEXAMPLE", secretAccessKey: "in-process" }, options.deny);
  const log = options.log ?? console.error;
  const { all, ecs, logs, principals } = await createServices({
    ...options,
    log,
    account,
    user,
    state: options.state ?? memoryState(),
    timing: options.timing ?? awsTiming,
    random: seededRandom(seed),
    runTasks: () => ({ runtime, loadBalancer }),
  });
  // A seed of their own: the number of requests must not change the IDs of resources.
  const requestIds = seededRandom(seed + 1);
  const calls = createCalls({
    services: all.filter(({ signingName }) => !options.leaveOut?.includes(signingName)),
    principals,
    accountId: account,
    authority: "127.0.0.1:1",
    clock,
    ...(faults && { faults }),
    ...(options.limits && { limits: createLimits(clock) }),
    requestId: () => randomHex(requestIds, 32),
    log,
  });
  return {
    ecs,
    logs: logs.sink,
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

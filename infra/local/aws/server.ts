import { createHash, randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "../http/server.js";
import { createAutoScaling } from "./autoscaling/index.js";
import { type Clock, guardedClock, systemClock } from "./clock.js";
import { createCloudWatch } from "./cloudwatch/index.js";
import { type Credentials, loadCredentials } from "./credentials.js";
import { createEcr, type Ecr } from "./ecr/index.js";
import { TOKEN_LIFETIME } from "./ecr/tokens.js";
import { createEcs } from "./ecs/index.js";
import { seededRandom } from "./ecs/random.js";
import type { TaskRuntime } from "./ecs/runtime.js";
import { rehearsalTiming, type Timing } from "./ecs/timing.js";
import { createElb } from "./elb/index.js";
import { createEvents } from "./events/index.js";
import { createIam } from "./iam/index.js";
import { taskRoles } from "./iam/roles.js";
import { listen } from "./listen.js";
import { createLogs } from "./logs/index.js";
import type { LogSink } from "./logs/sink.js";
import { createRegistry } from "./registry/index.js";
import { route, type ServingLoadBalancer } from "./route.js";
import { createScheduler } from "./scheduler/index.js";
import { type OpenState, openState, writePrivately } from "./state.js";
import { createSts } from "./sts/index.js";
import { openSessions } from "./sts/sessions.js";
import { createCalls } from "./wire/calls.js";
import type { Faults } from "./wire/faults.js";
import { createWire } from "./wire/index.js";
import { createLimits } from "./wire/limits.js";
import type { Principal } from "./wire/principals.js";

export interface LocalAwsOptions {
  /** Where everything is kept; made when it is not there. */
  stateDir: string;
  /** Makes what runs the tasks. */
  runtime: (surroundings: Surroundings) => TaskRuntime | Promise<TaskRuntime>;
  /** Makes what sends requests to the tasks. */
  loadBalancer: (surroundings: Surroundings) => ServingLoadBalancer;
  /** 0, the default, takes any free port. */
  port?: number;
  /** 12 digits. */
  account?: string;
  /** The local ECS's delays; short ones unless told otherwise. */
  timing?: Timing;
  /** Whether a rollback shows the completed deployment under its old id (the default) or a new one. */
  rollbackId?: "old" | "new";
  /** Forgets what the state directory holds. */
  reset?: boolean;
  /** Leaves the tasks' containers running when it closes, for the next start to take over. */
  keepTasks?: boolean;
  /** Further callers, besides the one whose key stands in `credentials.json`. */
  principals?: Principal[];
  /** Actions that the caller of `credentials.json` may not take, such as `ecs:StopServiceDeployment` or `ecr:*`. */
  deny?: string[];
  /** What goes wrong with calls; it decides anew at each one, and so can change its mind at any time. */
  faults?: Faults;
  /** Whether ECS's request limits hold. */
  limits?: boolean;
  /** Bytes of the largest layer that ECR takes: 52,000 MiB, as on AWS, unless given. */
  largestLayer?: number;
  clock?: Clock;
  log?: (line: string) => void;
}

/** What a task runtime and a load balancer find around them. */
export interface Surroundings {
  clock: Clock;
  account: string;
  /** The registry on this machine, as it is pulled from. */
  registry: {
    /** Such as `http://127.0.0.1:4566`. */
    url(): string;
    /** The value of an `Authorization` header that lets the holder pull a region's images, good for 12 hours. */
    authorization(region: string): string;
  };
  /** The logs of a region. */
  logs: (region: string) => LogSink;
  /** An id of this state directory: what containers are labelled with, so that a later start finds its own. */
  owner: string;
  log: (line: string) => void;
}

export interface LocalAws {
  /** Such as `http://127.0.0.1:4566`. */
  url: string;
  port: number;
  credentials: Credentials;
  close(): Promise<void>;
}

/** Starts the local AWS: its APIs, its registry and its load balancer, on one port of the loopback interface. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { stateDir, log = console.error } = options;
  const clock = guardedClock(options.clock ?? systemClock, log);
  // The port must be known to make the services, and they must be there to answer: until then requests wait.
  const ready = deferred<Handler>();
  const { port, close: stopListening } = await listen(
    (request, response) => ready.promise.then((handle) => handle(request, response)),
    options.port ?? 0,
    log,
  );
  const closers = [stopListening];
  const close = once(async () => {
    for (const each of closers.reverse()) await each();
  });
  try {
    // Only now, with a port to serve at: what is forgotten on request is not forgotten in vain.
    const state = openState(stateDir, { reset: options.reset ?? false, clock, log });
    closers.unshift(() => state.close());
    const endpoint = join(stateDir, "endpoint.json");
    // One that a killed process has left behind would lead clients nowhere.
    await rm(endpoint, { force: true });
    const credentials = await loadCredentials(stateDir);

    ready.resolve(await serve({ ...options, clock, log }, state, credentials, `127.0.0.1:${port}`, closers));

    const url = `http://127.0.0.1:${port}`;
    await writePrivately(endpoint, `${JSON.stringify({ url, port, pid: process.pid })}\n`);
    closers.push(() => rm(endpoint, { force: true }));
    return { url, port, credentials, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes the services and says who answers what. What must be closed is added to `closers`. */
async function serve(
  options: LocalAwsOptions & { clock: Clock; log: (line: string) => void },
  state: OpenState,
  credentials: Credentials,
  authority: string,
  closers: (() => Promise<void>)[],
): Promise<Handler> {
  const { clock, log, faults, account = "123456789012" } = options;
  const given = [localUser(credentials, account, options.deny), ...(options.principals ?? [])];
  const sessions = openSessions(given, { state, clock });
  const { principals } = sessions;
  const ecr = createEcr({ state, clock, accountId: account, largestLayer: options.largestLayer });
  const logs = createLogs({ state, clock, log });

  const surroundings: Surroundings = {
    clock,
    account,
    registry: {
      url: () => `http://${authority}`,
      authorization: (region) => pullAuthorization(ecr, credentials, region, clock),
    },
    logs: logs.sink,
    owner: `aws-${createHash("sha256").update(credentials.AccessKeyId).digest("hex").slice(0, 16)}`,
    log,
  };
  const loadBalancer = options.loadBalancer(surroundings);
  closers.push(() => loadBalancer.close());
  const runtime = await options.runtime(surroundings);
  closers.push(() => runtime.close({ remove: !options.keepTasks }));
  const ecs = await createEcs({
    clock,
    timing: options.timing ?? rehearsalTiming,
    runtime,
    loadBalancer,
    state,
    random: seededRandom(randomInt(2 ** 32)),
    rollbackId: options.rollbackId ?? "old",
    pastKept: () => faults?.pastKept?.() ?? 0,
  });
  closers.push(() => ecs.close());

  const cloudWatch = createCloudWatch({ state, clock });
  cloudWatch.watch(ecs.observeAlarm);
  const elb = createElb({ loadBalancer, targetGroups: ecs.targetGroups, clock });
  const isTaskRole = taskRoles(ecs.taskRoles);
  const services = [
    createSts({ sessions, isTaskRole }),
    createIam({ isTaskRole }),
    ecr.service,
    ecs.service,
    elb,
    cloudWatch.service,
    logs.service,
    createEvents({ state }),
    createScheduler({ state, clock }),
    createAutoScaling(),
  ];
  const calls = createCalls({
    services,
    principals,
    accountId: account,
    authority,
    clock,
    ...(faults && { faults }),
    ...(options.limits && { limits: createLimits(clock) }),
    log,
  });
  return route({
    api: createWire(calls, clock),
    registry: createRegistry({ ecr, principals, accountId: account, clock, authority, log }),
    loadBalancer,
  });
}

function localUser(credentials: Credentials, account: string, deny: string[] = []): Principal {
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    arn: `arn:aws:iam::${account}:user/local`,
    userId: credentials.AccessKeyId.replace(/^AKIA/, "AIDA"),
    deny,
  };
}

/** What the tasks' images are pulled with, as ECS does with the execution role. */
function pullAuthorization(ecr: Ecr, credentials: Credentials, region: string, clock: Clock): string {
  const expiresAt = clock.now() + TOKEN_LIFETIME;
  const token = ecr.tokens.issue({ accessKeyId: credentials.AccessKeyId, region, expiresAt });
  return `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

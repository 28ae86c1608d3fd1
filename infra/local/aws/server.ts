import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "../http/server.js";
import { type Clock, guardedClock, systemClock } from "./clock.js";
import { type Credentials, loadCredentials } from "./credentials.js";
import type { EcsTiming } from "./ecs/ecs-timing.js";
import type { TaskRuntime } from "./ecs/task-runtime.js";
import { listen } from "./listen.js";
import type { LogSink } from "./logs/sink.js";
import type { Faults } from "./protocol/faults.js";
import type { Principal } from "./protocol/principals.js";
import type { ServingLoadBalancer } from "./route.js";
import { serve } from "./serve.js";
import { openState, writePrivately } from "./state.js";

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
  timing?: EcsTiming;
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

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "../http/server.js";
import { guardedClock, systemClock } from "./clock.js";
import { connectServices } from "./connect-services.js";
import { type Credentials, loadCredentials } from "./credentials.js";
import { listen } from "./listen.js";
import type { LocalAwsOptions } from "./local-aws-options.js";
import { openState, writePrivately } from "./state.js";

export interface LocalAws {
  /** Such as `http://127.0.0.1:4566`. */
  url: string;
  port: number;
  credentials: Credentials;
  close(): Promise<void>;
}

/** Starts the local AWS: APIs, registry and load balancer on one port of the loopback interface. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { stateDir, log = console.error } = options;
  const clock = guardedClock(options.clock ?? systemClock, log);
  // The services need the port, and the port needs a handler: requests wait until both exist.
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
    // After listening: a reset deletes nothing if the port is in use.
    const state = openState(stateDir, { reset: options.reset ?? false, clock, log });
    closers.unshift(() => state.close());
    const endpoint = join(stateDir, "endpoint.json");
    // A killed process leaves a stale one behind.
    await rm(endpoint, { force: true });
    const credentials = await loadCredentials(stateDir);

    ready.resolve(await connectServices({ ...options, clock, log }, state, credentials, `127.0.0.1:${port}`, closers));

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

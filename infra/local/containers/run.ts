import { addAbortSignal, type Readable } from "node:stream";
import type { Container, ContainerCreateOptions } from "dockerode";
import type { Engine } from "./connect.js";
import { engineStatus } from "./errors.js";
import { clampedUlimits, type Ulimit } from "./limits.js";
import { demultiplex, type OnOutput } from "./output.js";
import { gone, ownerLabel } from "./owned.js";

export interface Exit {
  exitCode: number;
  /** Ended by the kernel for using more than its memory limit. */
  oomKilled: boolean;
}

/**
 * Makes a container labelled with its owner, with this machine's limits and the engine's plain log files.
 *
 * @param options As the engine's API takes them; `Labels` and `HostConfig` are added to.
 */
export function createContainer(engine: Engine, owner: string, options: ContainerCreateOptions): Promise<Container> {
  const { Ulimits, ...hostConfig } = options.HostConfig ?? {};
  return engine.docker.createContainer({
    ...options,
    Labels: { ...options.Labels, [ownerLabel]: owner },
    HostConfig: {
      // A machine's default log driver may be one whose output can't be read back.
      ...(engine.kind === "docker" ? { LogConfig: { Type: "json-file", Config: {} } } : {}),
      ...hostConfig,
      Ulimits: clampedUlimits(Ulimits as Ulimit[] | undefined),
    },
  });
}

/**
 * Makes a container, runs it to its end and removes it.
 *
 * @param options.onOutput Hears everything it writes, in order.
 * @param options.ended Is called with the ended container before it is removed, as to take its files.
 * @param options.signal Kills the container when aborted; its reason is thrown.
 */
export async function runToEnd(
  engine: Engine,
  owner: string,
  create: ContainerCreateOptions,
  options: {
    onOutput?: OnOutput;
    ended?: (container: Container, exit: Exit) => Promise<void>;
    signal?: AbortSignal;
  } = {},
): Promise<Exit> {
  options.signal?.throwIfAborted();
  const container = await createContainer(engine, owner, create);
  try {
    const exit = await runContainer(container, options);
    await options.ended?.(container, exit);
    return exit;
  } finally {
    await gone(container.remove({ force: true, v: true }));
  }
}

async function runContainer(
  container: Container,
  options: { onOutput?: OnOutput; signal?: AbortSignal },
): Promise<Exit> {
  const kill = () => {
    // Removal follows, and reports what still stands in the way.
    container.kill().catch(() => undefined);
  };
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const output = await attachOutput(container);
    await container.start();
    if (options.signal?.aborted) kill();
    await demultiplex(output, options.onOutput ?? (() => undefined));
    const exit = await waitForExit(container);
    options.signal?.throwIfAborted();
    return exit;
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
}

/**
 * Opens what a container will write, before it is started: to be read with `demultiplex`, until its end.
 *
 * Not its log, followed: Docker's ends now and then before the last line when that has no end of line.
 */
export async function attachOutput(container: Container, signal?: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const output: unknown = await container.attach({ stream: true, stdout: true, stderr: true, ...withSignal(signal) });
  // A reader receives errors by itself. Without a reader, such as when the container fails to start, an error would end the process.
  (output as Readable).on("error", () => undefined);
  if (signal) addAbortSignal(signal, output as Readable);
  return output as AsyncIterable<Buffer>;
}

/** Waits until the container has ended; an abort ends the wait only. */
export async function waitForExit(container: Container, signal?: AbortSignal): Promise<Exit> {
  const { StatusCode } = (await container.wait(withSignal(signal))) as { StatusCode: number };
  const { State } = await container.inspect();
  return { exitCode: StatusCode, oomKilled: State.OOMKilled };
}

function withSignal(signal: AbortSignal | undefined): object {
  return signal ? { abortSignal: signal } : {};
}

/** Asks a container to end: SIGTERM, then SIGKILL after `seconds`. One that has ended or is gone is no error. */
export async function stopContainer(container: Container, seconds: number): Promise<void> {
  try {
    await container.stop({ t: seconds });
  } catch (error) {
    if (![304, 404].includes(engineStatus(error) ?? 0)) throw error;
  }
}

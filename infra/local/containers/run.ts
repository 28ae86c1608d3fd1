import { addAbortSignal, type Readable } from "node:stream";
import type { Container, ContainerCreateOptions } from "dockerode";
import type { ContainerRuntime } from "./connect.js";
import { runtimeStatus } from "./errors.js";
import { clampedUlimits, type Ulimit } from "./limits.js";
import { demultiplex, type OnOutput } from "./output.js";
import { gone, ownerLabel } from "./owned.js";

export interface Exit {
  exitCode: number;
  /** Killed by the kernel at its memory limit. */
  oomKilled: boolean;
}

/**
 * Creates a container with its owner's label, this machine's limits and plain log files.
 *
 * @param options Options of the runtime's API; `Labels` and `HostConfig` are extended.
 */
export function createContainer(
  runtime: ContainerRuntime,
  owner: string,
  options: ContainerCreateOptions,
): Promise<Container> {
  const { Ulimits, ...hostConfig } = options.HostConfig ?? {};
  return runtime.docker.createContainer({
    ...options,
    Labels: { ...options.Labels, [ownerLabel]: owner },
    HostConfig: {
      // The default log driver may be one whose output can't be read back.
      ...(runtime.kind === "docker" ? { LogConfig: { Type: "json-file", Config: {} } } : {}),
      ...hostConfig,
      Ulimits: clampedUlimits(Ulimits as Ulimit[] | undefined),
    },
  });
}

/**
 * Creates a container, runs it until it exits and removes it.
 *
 * @param options.onOutput Receives its output, in order.
 * @param options.ended Called with the stopped container before its removal, such as to copy files.
 * @param options.signal Kills the container on abort; its reason is thrown.
 */
export async function runToEnd(
  runtime: ContainerRuntime,
  owner: string,
  create: ContainerCreateOptions,
  options: {
    onOutput?: OnOutput;
    ended?: (container: Container, exit: Exit) => Promise<void>;
    signal?: AbortSignal;
  } = {},
): Promise<Exit> {
  options.signal?.throwIfAborted();
  const container = await createContainer(runtime, owner, create);
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
    // The removal follows and reports remaining errors.
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
 * Attaches to a container's output before its start. Read it with `demultiplex` until its end.
 *
 * Following the log is unreliable: Docker sometimes ends it before a last line without a newline.
 */
export async function attachOutput(container: Container, signal?: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const output: unknown = await container.attach({ stream: true, stdout: true, stderr: true, ...withSignal(signal) });
  // Readers receive errors themselves. Without a reader, such as when the container fails to start, an error would end the process.
  (output as Readable).on("error", () => undefined);
  if (signal) addAbortSignal(signal, output as Readable);
  return output as AsyncIterable<Buffer>;
}

/** Waits until the container exits; an abort ends the wait only. */
export async function waitForExit(container: Container, signal?: AbortSignal): Promise<Exit> {
  const { StatusCode } = (await container.wait(withSignal(signal))) as { StatusCode: number };
  const { State } = await container.inspect();
  return { exitCode: StatusCode, oomKilled: State.OOMKilled };
}

function withSignal(signal: AbortSignal | undefined): object {
  return signal ? { abortSignal: signal } : {};
}

/** Stops a container: SIGTERM, then SIGKILL after `seconds`. Ignores a stopped or missing container. */
export async function stopContainer(container: Container, seconds: number): Promise<void> {
  try {
    await container.stop({ t: seconds });
  } catch (error) {
    if (![304, 404].includes(runtimeStatus(error) ?? 0)) throw error;
  }
}

import type { Container as DockerContainer } from "dockerode";
import { demultiplex } from "../../containers/output.js";
import { ExecError } from "../errors.js";
import type { Healthcheck } from "../image/state.js";

/** Health check that must pass before a service counts as started: core/healthcheck.go of Dagger. Times in milliseconds. */
export interface Health {
  command: string[];
  /** Time between two checks: the image's start interval, else its interval, else 5 s. */
  between: number;
  /** Time during which failures are not counted. */
  startPeriod: number;
  /** Number of failures after which the service has failed. */
  retries: number;
}

/** Clock: the machine's or a test's. */
export interface HealthTime {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** Reads the health check of an image's config; undefined when it has none. */
export function healthOf(check: Healthcheck | undefined): Health | undefined {
  const [kind, ...command] = check?.Test ?? [];
  if (!check || (kind !== "CMD" && kind !== "CMD-SHELL")) return undefined;
  return {
    command: kind === "CMD" ? command : ["/bin/sh", "-c", ...command],
    between: milliseconds(check.StartInterval) || milliseconds(check.Interval) || 5000,
    startPeriod: milliseconds(check.StartPeriod),
    retries: check.Retries || 3,
  };
}

/**
 * Checks until a check passes.
 *
 * @param check Runs the command once.
 * @throws {ExecError} The check failed too often after the start period.
 */
export async function untilHealthy(
  { command, between, startPeriod, retries }: Health,
  check: () => Promise<{ exitCode: number; stdout: string; stderr: string }>,
  { now, sleep }: HealthTime,
): Promise<void> {
  const allowedUntil = now() + startPeriod;
  for (let failures = 0; ; ) {
    const result = await check();
    if (result.exitCode === 0) return;
    if (now() > allowedUntil) failures++;
    if (failures === retries) throw new ExecError({ cmd: command, ...result });
    await sleep(between);
  }
}

/** Runs a command in a running container. */
export async function execIn(
  container: DockerContainer,
  command: string[],
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  await demultiplex(await exec.start({}), (stream, chunk) => output[stream].push(Buffer.from(chunk)));
  const { ExitCode } = await exec.inspect();
  const text = (stream: "stdout" | "stderr") => Buffer.concat(output[stream]).toString("utf8");
  return { exitCode: ExitCode ?? -1, stdout: text("stdout"), stderr: text("stderr") };
}

function milliseconds(nanoseconds = 0): number {
  return nanoseconds / 1e6;
}

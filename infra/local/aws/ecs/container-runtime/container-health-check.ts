import type { Container } from "dockerode";
import type { Clock } from "../../clock.js";
import type { JsonObject } from "../../protocol/service.js";
import { object } from "../model/task-definition-json.js";
import { number, strings } from "./container-plan.js";

/** Health check of a container. Times in milliseconds. */
export interface HealthCheck {
  command: string[];
  interval: number;
  timeout: number;
  startPeriod: number;
  /** Failures in a row that make it unhealthy. */
  retries: number;
}

/**
 * Reads a container definition's health check, with ECS's defaults.
 *
 * @param scale Factor of the interval: below 1 in a rehearsal, so that a check every 30 s does not determine its duration.
 *   Timeout and start period depend on the program and are not scaled: it starts no faster.
 */
export function readHealthCheck(definition: JsonObject, scale: number): HealthCheck | undefined {
  const { command, interval, timeout, startPeriod, retries } = object(definition.healthCheck);
  const [kind, ...words] = strings(command);
  if (kind === undefined || kind === "NONE") return undefined;
  return {
    command: kind === "CMD-SHELL" ? ["/bin/sh", "-c", words.join(" ")] : kind === "CMD" ? words : [kind, ...words],
    interval: (number(interval) ?? 30) * 1000 * scale,
    timeout: (number(timeout) ?? 5) * 1000,
    startPeriod: (number(startPeriod) ?? 0) * 1000,
    retries: number(retries) ?? 3,
  };
}

/**
 * Runs a health check inside the container and reports every change. Returns a function that stops it. The container runtime's health checks
 * are not used: Podman's never run without systemd.
 *
 * @param probe Runs the check once and resolves to whether it succeeded.
 */
export function watchHealth(
  check: HealthCheck,
  probe: () => Promise<boolean>,
  clock: Clock,
  report: (status: "HEALTHY" | "UNHEALTHY") => void,
): () => void {
  const started = clock.now();
  let reported: "HEALTHY" | "UNHEALTHY" | undefined;
  let failures = 0;
  let probing = false;
  let stopped = false;
  let cancel = clock.after(check.interval, round);

  function round(): void {
    // A check that hangs is not started again: its rounds fail until it ends.
    if (probing) {
      conclude(false);
      return;
    }
    probing = true;
    let concluded = false;
    const once = (succeeded: boolean) => {
      if (!concluded) conclude(succeeded);
      concluded = true;
    };
    const cancelTimeout = clock.after(check.timeout, () => once(false));
    void probe().then((succeeded) => {
      probing = false;
      cancelTimeout();
      once(succeeded);
    });
  }

  function conclude(succeeded: boolean): void {
    if (stopped) return;
    (succeeded ? passed : failed)();
    cancel = clock.after(check.interval, round);
  }

  function passed(): void {
    failures = 0;
    become("HEALTHY");
  }

  function failed(): void {
    if (reported === undefined && clock.now() - started < check.startPeriod) return;
    failures++;
    if (failures >= check.retries) become("UNHEALTHY");
  }

  function become(status: "HEALTHY" | "UNHEALTHY"): void {
    if (reported === status) return;
    reported = status;
    report(status);
  }

  return () => {
    stopped = true;
    cancel();
  };
}

/** Runs a command in a container and returns whether it exited with 0; false when the container no longer exists. */
export async function probeByExec(container: Container, command: string[]): Promise<boolean> {
  try {
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const output = await exec.start({});
    for await (const _ of output);
    return (await exec.inspect()).ExitCode === 0;
  } catch {
    return false;
  }
}

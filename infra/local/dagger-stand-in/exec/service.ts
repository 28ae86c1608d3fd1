import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container as DockerContainer } from "dockerode";
import { demultiplex, lineSplitter } from "../../containers/output.js";
import { gone } from "../../containers/owned.js";
import { attachOutput, createContainer, waitForExit } from "../../containers/run.js";
import { StandInError } from "../errors.js";
import type { ContainerState } from "../image/state.js";
import type { Session } from "../session/session.js";
import type { Span } from "../telemetry/span.js";
import { execIn, healthOf, untilHealthy } from "./health.js";
import { loadFiles } from "./image.js";

export interface RunningService {
  /** Address of the container, reachable from this machine. */
  hostname: string;
  ports: number[];
  /** Settles when the service ends; rejects unless it was stopped. */
  ended: Promise<void>;
}

/**
 * Starts a container's default command and waits until its image's health check passes, if it has one, and it listens on its ports.
 *
 * @param forwards Ports of this machine's loopback that are forwarded to the service.
 */
export async function runService(
  session: Session,
  state: ContainerState,
  forwards: { frontend: number; backend: number }[],
): Promise<RunningService> {
  const { trace } = session;
  const span = trace.currentSpan();
  const runtime = await session.machine.containers();
  const { Env = [], WorkingDir = "/", User = "", Entrypoint = [], Cmd = [], ExposedPorts = {} } = state.config;
  const container = await createContainer(runtime, session.machine.owner, {
    Image: await loadFiles(runtime, session.store, state),
    Entrypoint: [],
    Cmd: [...Entrypoint, ...Cmd],
    Env,
    WorkingDir,
    User,
    ExposedPorts: Object.fromEntries(forwards.map(({ backend }) => [`${backend}/tcp`, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        forwards.map(({ frontend, backend }) => [
          `${backend}/tcp`,
          [{ HostIp: "127.0.0.1", HostPort: String(frontend) }],
        ]),
      ),
    },
  });
  const remove = () => gone(container.remove({ force: true, v: true }));
  session.atEnd(remove);
  session.signal.addEventListener("abort", () => void remove().catch((error: Error) => trace.log(error.message, span)));
  const output = await attachOutput(container);
  await container.start().catch((error) => refusePortInUse(error, forwards));
  const ended = follow(session, container, output, span);
  // Callers that wait for the end receive the rejection; no caller has to wait.
  ended.catch(() => undefined);
  const ports = Object.keys(ExposedPorts).map((port) => Number.parseInt(port, 10));
  const hostname = await addressOf(container);
  await Promise.race([ended, ready(session, state, container, hostname, ports)]);
  for (const { frontend, backend } of forwards) trace.log(`http://127.0.0.1:${frontend} -> port ${backend}`, span);
  return { hostname, ports, ended };
}

async function ready(
  { signal }: Session,
  state: ContainerState,
  container: DockerContainer,
  hostname: string,
  ports: number[],
): Promise<void> {
  const health = healthOf(state.config.Healthcheck);
  const time = { now: () => performance.now(), sleep: (ms: number) => sleep(ms, undefined, { signal }) };
  if (health) await untilHealthy(health, () => execIn(container, health.command), time);
  await Promise.all(ports.map((port) => listening(hostname, port, signal)));
}

function refusePortInUse(error: Error, forwards: { frontend: number }[]): never {
  if (!/address already in use|port is already allocated/i.test(error.message)) throw error;
  const ports = forwards.map(({ frontend }) => frontend).join(", ");
  throw new StandInError(`Port ${ports} of this machine is in use. Pass another one, such as --ports 5002:5000.`);
}

async function follow(
  session: Session,
  container: DockerContainer,
  output: AsyncIterable<Buffer>,
  span: Span | undefined,
): Promise<void> {
  const lines = lineSplitter((_, line) => session.trace.log(line, span));
  await demultiplex(output, lines.write);
  lines.flush();
  const { exitCode } = await waitForExit(container);
  session.signal.throwIfAborted();
  throw new StandInError(`The service ended with exit code ${exitCode}. Its output is above.`);
}

async function addressOf(container: DockerContainer): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const address = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress)[0];
  if (address) return address;
  throw new StandInError("The container runtime assigned no address to the service.");
}

async function listening(host: string, port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const socket = connect({ host, port });
    try {
      await once(socket, "connect", { signal });
      return;
    } catch (error) {
      if (signal.aborted || (error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
    } finally {
      socket.destroy();
    }
    await sleep(50, undefined, { signal });
  }
}

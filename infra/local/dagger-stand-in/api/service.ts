import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import { type RunningService, runService } from "../exec/service.js";
import type { ContainerState } from "../image/state.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

/** Address of a service, as this machine reaches it. */
interface Address {
  hostname: string;
  ports: number[];
}

interface Backend {
  address(): Promise<Address>;
  /** Serves on this machine's loopback until the session ends. */
  up(ports: { frontend: number; backend: number }[]): Promise<void>;
}

export class Service extends ApiObject {
  readonly __typename = "Service";

  constructor(
    session: Session,
    key: string,
    private readonly backend: Backend,
  ) {
    super(session, key);
  }

  /**
   * Returns a service that already listens on this machine.
   *
   * @param address Such as `tcp://127.0.0.1:4566`.
   */
  static ofHost(session: Session, address: string): Service {
    const match = /^(?:tcp:\/\/)?(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(address);
    if (!match?.[1]) {
      throw new StandInError(
        `${JSON.stringify(address)} is not the address of a service. Accepted: such as tcp://127.0.0.1:4566.`,
      );
    }
    const reached = { hostname: match[1], ports: [Number(match[2])] };
    const up = async () => {
      throw new StandInError(`${address} is already served on this machine.`);
    };
    return new Service(session, keyOf("Service", address), {
      address: async () => reached,
      up,
    });
  }

  /** Returns a container's default command as a service. It runs from its first use until the session ends. */
  static ofContainer(session: Session, key: string, state: () => Promise<ContainerState>): Service {
    const start = (ports: { frontend: number; backend: number }[] = []) =>
      session.once<RunningService>(`${key} running`, async () => runService(session, await state(), ports));
    return new Service(session, key, {
      address: async () => {
        const { hostname, ports } = await start();
        return { hostname, ports };
      },
      up: async (ports) => (await start(ports)).ended,
    });
  }

  async hostname(): Promise<string> {
    return (await this.backend.address()).hostname;
  }

  async endpoint({ port, scheme }: { port?: number; scheme?: string }): Promise<string> {
    const { hostname, ports } = await this.backend.address();
    const chosen = port ?? ports[0];
    if (chosen === undefined) throw new StandInError("This service exposes no port, so it has no endpoint.");
    return `${scheme ? `${scheme}://` : ""}${hostname}:${chosen}`;
  }

  async up({ ports = [] }: { ports?: { frontend: number; backend: number }[] }): Promise<null> {
    await this.backend.up(ports);
    return null;
  }
}

import { randomBytes } from "node:crypto";
import { type ContainerRuntime, connectRuntime } from "../containers/connect.js";
import { ContainerRuntimeError, messageOf } from "../containers/errors.js";
import { ownerLabel, removeOwned } from "../containers/owned.js";
import type { Store } from "./content/store.js";
import { introspect } from "./module/introspect.js";
import { prepareCode } from "./module/prepare.js";
import { ModuleProcess } from "./module/process.js";
import { type ModuleSource, moduleKey } from "./module/source.js";
import type { ModuleTypes } from "./module/types.js";
import { type ApiServer, startApiServer } from "./session/server.js";
import type { Machine, Session } from "./session/session.js";

/** Process that waits for a function, and the key of the sources that it has read. */
interface Spare {
  key: string;
  process: Promise<ModuleProcess>;
}

/** Stand-in for Dagger's engine: the state that several calls share. */
export class StandIn implements Machine {
  readonly owner = `stand-in-${randomBytes(6).toString("hex")}`;
  private runtime: Promise<ContainerRuntime> | undefined;
  private server: Promise<ApiServer> | undefined;
  private spare: Spare | undefined;

  constructor(
    readonly store: Store,
    private readonly env: Record<string, string | undefined>,
    /** Starts a process ahead for the next function: reading the sources is most of the time of a call. */
    private readonly ahead = false,
  ) {}

  containers(): Promise<ContainerRuntime> {
    this.runtime ??= connectRuntime(this.env).catch((error) => {
      this.runtime = undefined;
      throw error;
    });
    return this.runtime;
  }

  /** Returns the module's types, which the SDK reads once for each state of its sources. */
  async types(session: Session, source: ModuleSource): Promise<ModuleTypes> {
    return this.store.once(`types ${await moduleKey(source)}`, () => introspect(session, () => this.start(source)));
  }

  /** Returns a process of the module for the next function: the waiting one, or a new one. */
  async process(source: ModuleSource, isLast = false): Promise<ModuleProcess> {
    // Two checkouts can hold the same module, and a process reads the one that it was started in.
    const key = `${source.directory} ${await moduleKey(source)}`;
    const { spare } = this;
    this.spare = this.ahead && !isLast ? { key, process: this.startSpare(source) } : undefined;
    if (spare?.key === key) return spare.process;
    discard(spare);
    return this.start(source);
  }

  /**
   * Removes the remaining containers.
   *
   * @throws {ContainerRuntimeError} They can't be removed: the message has the command for it.
   */
  async close(): Promise<void> {
    const { spare, runtime, server } = this;
    discard(spare);
    await (await server)?.close();
    if (runtime) await removeOwned(await runtime, this.owner).catch((cause) => this.leave(cause));
  }

  private leave(cause: unknown): never {
    const filter = `label=${ownerLabel}=${this.owner}`;
    throw new ContainerRuntimeError(
      `Containers may be left, because they could not be removed (${messageOf(cause)}). When the container runtime answers again: docker ps --all --quiet --filter ${filter} | xargs --no-run-if-empty docker rm --force --volumes`,
      { cause },
    );
  }

  private startSpare(source: ModuleSource): Promise<ModuleProcess> {
    const spare = this.start(source);
    // A failure is reported to the caller that takes the process.
    spare.then((process) => process.rest()).catch(() => undefined);
    return spare;
  }

  private async start(source: ModuleSource): Promise<ModuleProcess> {
    this.server ??= startApiServer();
    return ModuleProcess.start(source, this.store, await this.server, await prepareCode(this.store, source));
  }
}

/** Kills a spare process; one that did not start needs no end. */
function discard(spare: Spare | undefined): void {
  spare?.process.then((process) => process.kill()).catch(() => undefined);
}

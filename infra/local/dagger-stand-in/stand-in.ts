import { randomBytes } from "node:crypto";
import { connectEngine, type Engine } from "../containers/connect.js";
import { EngineError, messageOf } from "../containers/errors.js";
import { ownerLabel, removeOwned } from "../containers/owned.js";
import type { Store } from "./content/store.js";
import { introspect } from "./module/introspect.js";
import { ModuleProcess } from "./module/process.js";
import { type ModuleSource, moduleKey } from "./module/source.js";
import type { ModuleTypes } from "./module/types.js";
import { type ApiServer, startApiServer } from "./session/server.js";
import type { Machine, Session } from "./session/session.js";

/** A process that waits for a function, and the state of the sources that it has read. */
interface Spare {
  key: string;
  process: Promise<ModuleProcess>;
}

/** The stand-in for an engine: what several calls share. */
export class StandIn implements Machine {
  readonly owner = `engine-${randomBytes(6).toString("hex")}`;
  private engine: Promise<Engine> | undefined;
  private server: Promise<ApiServer> | undefined;
  private spare: Spare | undefined;

  constructor(
    readonly store: Store,
    private readonly env: Record<string, string | undefined>,
    /** Whether a process waits for the next function: it has read the sources by then, which is most of the time of a call. */
    private readonly ahead = false,
  ) {}

  containers(): Promise<Engine> {
    this.engine ??= connectEngine(this.env).catch((error) => {
      this.engine = undefined;
      throw error;
    });
    return this.engine;
  }

  /** What a module offers: read by the SDK once for each state of its sources. */
  async types(session: Session, source: ModuleSource): Promise<ModuleTypes> {
    return this.store.once(`types ${await moduleKey(source)}`, () => introspect(session, () => this.start(source)));
  }

  /** A process of the module for the next function, the one that is ready if there is one. */
  async process(source: ModuleSource): Promise<ModuleProcess> {
    // Two checkouts can hold the same module, and the process reads the one that it was started in.
    const key = `${source.directory} ${await moduleKey(source)}`;
    const { spare } = this;
    this.spare = this.ahead ? { key, process: this.startSpare(source) } : undefined;
    if (spare?.key === key) return spare.process;
    discard(spare);
    return this.start(source);
  }

  /**
   * Removes every container that is left.
   *
   * @throws {EngineError} They can't be removed: it says how, once they can.
   */
  async close(): Promise<void> {
    const { spare, engine, server } = this;
    discard(spare);
    await (await server)?.close();
    if (engine) await removeOwned(await engine, this.owner).catch((cause) => this.leave(cause));
  }

  private leave(cause: unknown): never {
    const filter = `label=${ownerLabel}=${this.owner}`;
    throw new EngineError(
      `Containers may be left, because they could not be removed (${messageOf(cause)}). When the engine answers again: docker ps --all --quiet --filter ${filter} | xargs --no-run-if-empty docker rm --force --volumes`,
      { cause },
    );
  }

  private startSpare(source: ModuleSource): Promise<ModuleProcess> {
    const spare = this.start(source);
    // Should it fail, whoever takes it hears of it.
    spare.then((process) => process.rest()).catch(() => undefined);
    return spare;
  }

  private async start(source: ModuleSource): Promise<ModuleProcess> {
    this.server ??= startApiServer();
    return ModuleProcess.start(source, this.store, await this.server);
  }
}

/** One that did not start needs no end. */
function discard(spare: Spare | undefined): void {
  spare?.process.then((process) => process.kill()).catch(() => undefined);
}

import { randomBytes } from "node:crypto";
import { connectEngine, type Engine } from "../containers/connect.js";
import { removeOwned } from "../containers/owned.js";
import type { Store } from "./content/store.js";
import { introspect } from "./module/introspect.js";
import { ModuleProcess } from "./module/process.js";
import { type ModuleSource, moduleKey } from "./module/source.js";
import type { ModuleTypes } from "./module/types.js";
import { type ApiServer, startApiServer } from "./session/server.js";
import type { Machine, Session } from "./session/session.js";

/** The stand-in for an engine: what several calls share. */
export class StandIn implements Machine {
  readonly owner = `engine-${randomBytes(6).toString("hex")}`;
  private engine: Promise<Engine> | undefined;
  private server: Promise<ApiServer> | undefined;
  private spare: { key: string; process: Promise<ModuleProcess> } | undefined;

  constructor(
    readonly store: Store,
    private readonly env: Record<string, string | undefined>,
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
    const { spare } = this;
    this.spare = undefined;
    if (spare?.key === (await moduleKey(source))) return spare.process;
    if (spare) (await spare.process).kill();
    return this.start(source);
  }

  /** Has a process ready for the next function: it reads the sources meanwhile, which is most of the time of a call. */
  async prepare(source: ModuleSource): Promise<void> {
    const key = await moduleKey(source);
    if (this.spare?.key === key) return;
    const process = this.start(source);
    this.spare = { key, process };
    (await process).rest();
  }

  /** Removes every container that is left. */
  async close(): Promise<void> {
    const { spare, engine, server } = this;
    if (spare) (await spare.process).kill();
    if (engine) await removeOwned(await engine, this.owner);
    await (await server)?.close();
  }

  private async start(source: ModuleSource): Promise<ModuleProcess> {
    this.server ??= startApiServer();
    return ModuleProcess.start(source, this.store, await this.server);
  }
}

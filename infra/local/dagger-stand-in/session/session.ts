import type { Engine } from "../../containers/connect.js";
import type { Store } from "../content/store.js";
import { Trace } from "../telemetry/trace.js";
import { Ids } from "./ids.js";

/** What outlives a call: the store and the container engine. */
export interface Machine {
  store: Store;
  /** Marks every container of this engine. */
  owner: string;
  /** Finds the container engine, once it is needed. */
  containers(): Promise<Engine>;
}

export interface SessionOptions {
  machine: Machine;
  /** The repository's root: paths of arguments by default start there. */
  contextDirectory: string;
  cwd: string;
  env: Record<string, string | undefined>;
  /** Records the steps that are taken. A trace of its own unless one is given. */
  trace?: Trace;
  signal: AbortSignal;
}

/** One call and all that it makes. */
export class Session {
  readonly ids = new Ids();
  readonly machine: Machine;
  readonly contextDirectory: string;
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  private readonly made = new Map<string, Promise<unknown>>();
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(options: SessionOptions) {
    this.machine = options.machine;
    this.contextDirectory = options.contextDirectory;
    this.cwd = options.cwd;
    this.env = options.env;
    this.signal = options.signal;
    this.trace = options.trace ?? new Trace();
  }

  get store(): Store {
    return this.machine.store;
  }

  /** The same work at the same time is done once. The SDK sends a whole chain with each question about its end. */
  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const making = this.made.get(key);
    if (making) return making as Promise<T>;
    const promise = make();
    this.made.set(key, promise);
    promise.catch(() => this.made.delete(key));
    return promise;
  }

  /** Is done when the session ends, last first. */
  atEnd(ending: () => Promise<void>): void {
    this.endings.push(ending);
  }

  async close(): Promise<void> {
    for (let ending = this.endings.pop(); ending; ending = this.endings.pop()) await ending();
  }
}

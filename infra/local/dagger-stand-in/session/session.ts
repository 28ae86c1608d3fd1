import type { ContainerRuntime } from "../../containers/connect.js";
import type { Store } from "../content/store.js";
import { Trace } from "../telemetry/trace.js";
import { Ids } from "./ids.js";

/** State that outlives a call: the store and the container runtime. */
export interface Machine {
  store: Store;
  /** Owner label of every container of this stand-in. */
  owner: string;
  /** Connects to the container runtime on first use. */
  containers(): Promise<ContainerRuntime>;
}

export interface SessionOptions {
  machine: Machine;
  /** Root of the repository: base of absolute default paths. */
  contextDirectory: string;
  cwd: string;
  env: Record<string, string | undefined>;
  /** Records the steps; a new trace unless one is passed. */
  trace?: Trace;
  signal: AbortSignal;
}

/** Call and the objects that it creates. */
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

  /** Shares concurrent work of the same key: the SDK sends a whole chain with each request for its result. */
  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const making = this.made.get(key);
    if (making) return making as Promise<T>;
    const promise = make();
    this.made.set(key, promise);
    promise.catch(() => this.made.delete(key));
    return promise;
  }

  /** Adds work for the end of the session, which runs in reverse order. */
  atEnd(ending: () => Promise<void>): void {
    this.endings.push(ending);
  }

  async close(): Promise<void> {
    for (let ending = this.endings.pop(); ending; ending = this.endings.pop()) await ending();
  }
}

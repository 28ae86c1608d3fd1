import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectRuntime } from "../../../containers/connect.js";
import { removeOwned } from "../../../containers/owned.js";
import { Store } from "../../content/store.js";
import { Session, type SessionOptions } from "../../session/session.js";
import { Trace } from "../../telemetry/trace.js";

export interface TestSession {
  session: Session;
  /** The steps that ended, each with CACHED when it was, and the lines of their logs. */
  lines: string[];
  path: string;
  remove(): Promise<void>;
}

/** A trace, and what happens in it as lines. */
export function recordedTrace(): { trace: Trace; lines: string[] } {
  const trace = new Trace();
  const lines: string[] = [];
  trace.observe({
    ended: ({ name, cached }) => void lines.push(`${name}${cached ? " CACHED" : ""}`),
    logged: (_, { text }) => void lines.push(text),
  });
  return { trace, lines };
}

/** A session of its own, with an empty store unless another is given, on the machine's container runtime. */
export async function testSession(options: Partial<SessionOptions> & { store?: Store } = {}): Promise<TestSession> {
  const path = await mkdtemp(join(tmpdir(), "slipway-session-"));
  const owner = `test-stand-in-${process.pid}`;
  const store = options.store ?? new Store(join(path, "store"));
  const { trace, lines } = recordedTrace();
  let used = false;
  const containers = () => {
    used = true;
    return connectRuntime();
  };
  const session = new Session({
    machine: { store, owner, containers },
    contextDirectory: path,
    cwd: path,
    env: { PATH: process.env.PATH },
    trace,
    signal: new AbortController().signal,
    ...options,
  });
  return {
    session,
    lines,
    path,
    async remove() {
      try {
        await session.close();
        if (used) await removeOwned(await connectRuntime(), owner);
      } finally {
        await rm(path, { recursive: true, force: true });
      }
    },
  };
}

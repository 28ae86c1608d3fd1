import { join } from "node:path";
import { call } from "../../cli/call.js";
import { Store } from "../../content/store.js";
import { StandIn } from "../../stand-in.js";
import { ScriptedStandIn } from "./scripted.js";

/** Makes the calls of PTY_CALLS as call.ts makes one, and marks the end and the exit code of each: for `onTerminal`. */
const { stdout, stderr, env } = process;
const path = env.PTY_MODULE ?? "";
const store = new Store(join(path, "store"));
const standIn = env.PTY_SCRIPTED ? new ScriptedStandIn(store, env) : new StandIn(store, env, true);
for (const args of JSON.parse(env.PTY_CALLS ?? "[]") as string[][]) {
  const exitCode = await call(standIn, {
    args,
    cwd: path,
    env,
    onStdout: (text) => void stdout.write(text),
    onStderr: (text) => void stderr.write(text),
    terminal: stderr,
    stdoutColumns: stdout.columns,
    signal: new AbortController().signal,
  });
  stdout.write(`\u241e${exitCode}\n`);
}
await standIn.close();

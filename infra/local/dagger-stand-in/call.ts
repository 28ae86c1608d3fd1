import { call } from "./cli/call.js";
import { Store } from "./content/store.js";
import { StandIn } from "./stand-in.js";

/** `npm run call -- <function> --flag value`runs one `dagger call` command line on this machine, without Dagger's engine. */
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)));

const { stdout, stderr, env } = process;
// Standard error first, like Dagger's CLI. A terminal that can't move its cursor gets plain lines.
const terminal = env.TERM === "dumb" ? undefined : [stderr, stdout].find(({ isTTY }) => isTTY);
const standIn = open();
try {
  process.exitCode = await call(standIn, {
    args: process.argv.slice(2),
    cwd: env.INIT_CWD ?? process.cwd(),
    env,
    onStdout: (text) => void stdout.write(text),
    onStderr: (text) => void stderr.write(text),
    ...(terminal && { terminal }),
    ...(stdout.isTTY && { stdoutColumns: stdout.columns || 80 }),
    signal: stop.signal,
  });
} finally {
  await standIn.close().catch((error: Error) => {
    console.error(error.message);
    process.exitCode ||= 1;
  });
}

function open(): StandIn {
  try {
    return new StandIn(new Store(Store.defaultPath()), process.env);
  } catch (error) {
    console.error(`Error: ${(error as Error).message}`);
    process.exit(2);
  }
}

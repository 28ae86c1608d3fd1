import { call } from "./cli/call.js";
import { live, systemTicks } from "./cli/live.js";
import { Store } from "./content/store.js";
import { StandIn } from "./stand-in.js";

/** `npm run call -- <function> --flag value`: the words of `dagger call`, on this machine without an engine. */
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)));

const shown = live(process.stderr, process.env, systemTicks);
const standIn = open();
try {
  process.exitCode = await call(standIn, {
    args: process.argv.slice(2),
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: process.env,
    onStdout: (text) => {
      shown.end();
      process.stdout.write(text);
    },
    onStderr: shown.log,
    signal: stop.signal,
  });
} finally {
  shown.end();
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

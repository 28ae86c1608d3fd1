import { type CallOptions, call } from "./cli/call.js";
import { Store } from "./content/store.js";
import { StandIn } from "./stand-in.js";

export type { CallOptions } from "./cli/call.js";

/** By the directory of its store: the stand-in that this process's calls share. */
const shared = new Map<string, StandIn>();

/**
 * Makes one call of the module's functions, as `dagger call` would, on the stand-in that all calls of this process share. Meanwhile it
 * prepares for the next.
 *
 * @returns The exit code.
 * @example await callFunction({ args: ["deploy", "--version", "v1.2.3"], cwd, env, onStdout, onStderr, signal });
 */
export async function callFunction(options: CallOptions): Promise<number> {
  const path = Store.defaultPath(options.env);
  const standIn = shared.get(path) ?? new StandIn(new Store(path), options.env, true);
  shared.set(path, standIn);
  return call(standIn, options);
}

/** Ends what the calls of this process share, and removes every container that is left. */
export async function closeStandIns(): Promise<void> {
  const open = [...shared.values()];
  shared.clear();
  await Promise.all(open.map((standIn) => standIn.close()));
}

import { type CallOptions, call } from "./cli/call.js";
import { Store } from "./content/store.js";
import { StandIn } from "./stand-in.js";

export type { CallOptions } from "./cli/call.js";

/** Stand-ins that the calls of this process share, by the directory of their store. */
const shared = new Map<string, StandIn>();

/**
 * Calls a function of the module as `dagger call` does, on the stand-in that all calls of this process share. Meanwhile it
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

/** Closes the stand-ins of this process and removes their containers. */
export async function closeStandIns(): Promise<void> {
  const open = [...shared.values()];
  shared.clear();
  await Promise.all(open.map((standIn) => standIn.close()));
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readHostDirectory } from "../content/host.js";
import type { Store } from "../content/store.js";
import { type Entry, moved, type Tree, withEntries } from "../content/tree.js";
import { StandInError } from "../errors.js";

/**
 * Returns the recipe of Go: this machine's go downloads other releases as modules: https://go.dev/doc/toolchain
 *
 * @param wanted Such as `1.24`; this machine's own version when empty.
 */
export function goFiles(wanted: string) {
  return async (store: Store, scratch: string, signal: AbortSignal): Promise<{ tree: Tree; version: string }> => {
    const go = async (toolchain: string, ...args: string[]) => {
      const env = { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: "" };
      const { stdout } = await promisify(execFile)("go", args, { cwd: scratch, signal, env, maxBuffer: 64 << 20 });
      return stdout.trim();
    };
    try {
      const own = (await go("local", "env", "GOVERSION")).replace(/^go/, "");
      const version = isWanted(own, wanted) ? own : newest(await go("local", "list", "-m", "-versions", "go"), wanted);
      const root = await go(version === own ? "local" : `go${version}`, "env", "GOROOT");
      const files = await readHostDirectory(store, root, ["api", "doc", "misc", "test", "**/testdata"]);
      const directory: Entry = { type: "directory", mode: 0o1777 };
      const tree = withEntries(new Map(), [
        ...moved(files, "usr/local/go"),
        ["go/src", directory],
        ["go/bin", directory],
      ]);
      return { tree, version };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StandInError) throw error;
      const { stderr, message } = error as Error & { stderr?: string };
      throw new StandInError(
        `A Go base is made by this machine's go, which failed: ${(stderr || message).trim()}. Install Go, or use a registry that can be reached.`,
      );
    }
  };
}

function isWanted(version: string, wanted: string): boolean {
  return wanted === "" || version === wanted || version.startsWith(`${wanted}.`);
}

function newest(list: string, wanted: string): string {
  const found = list.split(/\s+/).findLast((version) => /^\d+(\.\d+)*$/.test(version) && isWanted(version, wanted));
  if (found) return found;
  throw new StandInError(`There is no Go ${wanted}. Accepted: a release such as 1.24 or 1.24.3.`);
}

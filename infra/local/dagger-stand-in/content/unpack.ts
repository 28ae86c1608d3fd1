import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { Store } from "./store.js";
import {
  type Entry,
  isWithin,
  nameOf,
  normalPath,
  parentOf,
  plainMode,
  type Tree,
  withEntries,
  without,
} from "./tree.js";

/**
 * Reads layers, from the bottom up, into one tree.
 *
 * @param directory Directory whose content is stored; links that lead out of it stay links.
 */
export async function readLayers(store: Store, layers: { digest: string }[], directory = ""): Promise<Tree> {
  let tree: Tree = new Map();
  for (const { digest } of layers) tree = await applyLayer(store, tree, store.open(digest), directory);
  return tree;
}

/** Applies one tar archive to a tree: adds its entries and deletes its whiteouts. */
export async function applyLayer(store: Store, below: Tree, layer: Readable, directory = ""): Promise<Tree> {
  let tree = below;
  const added = new Map<string, Entry>();
  for await (const entry of layer.pipe(tar.extract())) {
    const path = normalPath(entry.header.name);
    const name = nameOf(path);
    if (name === ".wh..wh..opq") tree = withoutBelow(tree, parentOf(path));
    else if (name.startsWith(".wh.")) tree = without(tree, normalPath(`${parentOf(path)}/${name.slice(4)}`));
    else if (isWithin(path, directory) || isWithin(directory, path)) {
      const read = await readEntry(store, entry.header, entry as unknown as Readable, added, tree);
      if (read) added.set(path, read);
    }
    entry.resume();
  }
  return withEntries(tree, added);
}

async function readEntry(
  store: Store,
  header: tar.Header,
  body: Readable,
  added: ReadonlyMap<string, Entry>,
  below: Tree,
): Promise<Entry | undefined> {
  const { type, uid = 0, gid = 0, linkname = "" } = header;
  const mode = plainMode(type === "directory" ? type : "file", header.mode ?? 0o644);
  const owner = uid === 0 && gid === 0 ? {} : { owner: { uid, gid } };
  if (type === "directory") return { type, mode, ...owner };
  if (type === "symlink") return { type: "link", mode: 0o777, target: linkname, ...owner };
  if (type === "link") return added.get(normalPath(linkname)) ?? below.get(normalPath(linkname));
  if (type === "file") return { type, mode, ...(await store.put(await buffer(body))), ...owner };
  return undefined;
}

function withoutBelow(tree: Tree, directory: string): Tree {
  return new Map([...tree].filter(([path]) => path === directory || !isWithin(path, directory)));
}

import tar from "tar-stream";
import type { Blob, Store } from "./store.js";
import { type Entry, type Owner, sorted, type Tree } from "./tree.js";

const root: Owner = { uid: 0, gid: 0 };

/**
 * Writes a tree as an uncompressed layer. The bytes depend on the tree alone: entries sorted, times 0, owners as numbers.
 *
 * @param whiteouts Paths that the layer deletes from the layers below it.
 */
export async function packLayer(store: Store, tree: Tree, whiteouts: string[] = []): Promise<Blob> {
  const layer = tar.pack();
  const written = store.putStream(layer as unknown as import("node:stream").Readable);
  // The packer waits until its output is read, so both run at the same time; the first failure is the cause.
  await Promise.all([written, fill(store, layer, tree, whiteouts)]);
  return written;
}

async function fill(store: Store, layer: tar.Pack, tree: Tree, whiteouts: string[]): Promise<void> {
  for (const path of [...whiteouts].sort()) await add(layer, { name: whiteoutOf(path), mode: 0o600, ...root });
  for (const [path, entry] of sorted(tree)) await addEntry(store, layer, path, entry);
  layer.finalize();
}

async function addEntry(store: Store, layer: tar.Pack, path: string, entry: Entry): Promise<void> {
  const header = { name: path, mode: entry.mode, ...(entry.owner ?? root) };
  if (entry.type === "directory") return add(layer, { ...header, type: "directory" });
  if (entry.type === "link") return add(layer, { ...header, type: "symlink", linkname: entry.target });
  return add(layer, { ...header, type: "file", size: entry.size }, await store.read(entry.digest));
}

function add(
  layer: tar.Pack,
  header: Partial<tar.Header> & { name: string },
  body: Buffer = Buffer.alloc(0),
): Promise<void> {
  return new Promise((resolve, reject) => {
    layer.entry({ ...header, mtime: new Date(0) }, body, (error) => (error ? reject(error) : resolve()));
  });
}

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function whiteoutOf(path: string): string {
  const cut = path.lastIndexOf("/") + 1;
  return `${path.slice(0, cut)}.wh.${path.slice(cut)}`;
}

import { packLayer } from "../content/pack.js";
import { type Blob, keyOf, type Store } from "../content/store.js";
import type { FileContent } from "../content/tree.js";
import { type Entry, isWithin, moved, nameOf, normalPath, subtree, type Tree, treeDigest } from "../content/tree.js";
import { readLayers } from "../content/unpack.js";
import { StandInError } from "../errors.js";
import { pathIn } from "./edit.js";
import type { ContainerState, Mount } from "./state.js";

/** Adds files to a container as one more layer. */
export async function withTree(
  store: Store,
  state: ContainerState,
  path: string,
  tree: Tree,
  createdBy: string,
): Promise<ContainerState> {
  const target = pathIn(state, path).slice(1);
  // Parent directories are not listed: the layer would change their modes where they exist.
  const top: [string, Entry][] = target === "" ? [] : [[target, { type: "directory", mode: 0o755 }]];
  return withLayer(store, state, new Map([...top, ...moved(tree, target)]), createdBy);
}

/** Adds one layer with exactly these entries to a container. */
export async function withLayer(
  store: Store,
  state: ContainerState,
  entries: Tree,
  createdBy: string,
): Promise<ContainerState> {
  const layer = await store.once(
    keyOf("layer 1", treeDigest(entries)),
    () => packLayer(store, entries),
    ({ digest }: Blob) => store.has(digest),
  );
  return { ...state, layers: [...state.layers, { ...layer, createdBy }] };
}

/** Returns the content of a container's directory, mounts included. */
export async function directoryAt(store: Store, state: ContainerState, path: string): Promise<Tree> {
  const target = pathIn(state, path).slice(1);
  const mount = mountAt(state, target);
  const tree = mount
    ? subtree(mount.tree, within(mount, target))
    : subtree(await filesBelow(store, state, target), target);
  if (tree) return tree;
  throw new StandInError(`There is no directory ${path} in this container.`);
}

/** Returns one file of a container. */
export async function fileAt(store: Store, state: ContainerState, path: string): Promise<FileContent> {
  const target = pathIn(state, path).slice(1);
  const mount = mountAt(state, target);
  const entry = mount ? mountedEntry(mount, target) : (await filesBelow(store, state, target)).get(target);
  if (entry?.type === "file") return { name: nameOf(target), entry };
  throw new StandInError(`There is no file ${path} in this container.`);
}

function mountedEntry(mount: Mount, target: string): Entry | undefined {
  return mount.type === "file" ? [...mount.tree.values()][0] : mount.tree.get(within(mount, target));
}

/** Returns the files of a container's image at a path and below it, with the directories above it. */
export function filesBelow(store: Store, state: ContainerState, target: string): Promise<Tree> {
  const layers = state.layers.map(({ digest }) => digest);
  return store
    .once(keyOf("files 2", layers, target), async () => [...(await readLayers(store, state.layers, target))])
    .then((entries) => new Map(entries));
}

/** Returns the mount that covers a path; of several, the innermost. */
function mountAt({ mounts }: ContainerState, target: string): Mount | undefined {
  const covering = mounts.filter((mount) => isWithin(target, mount.path.slice(1)));
  return covering.sort((a, b) => b.path.length - a.path.length)[0];
}

function within(mount: Mount, target: string): string {
  return normalPath(target.slice(mount.path.length - 1));
}

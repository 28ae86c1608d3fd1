import { packLayer } from "../content/pack.js";
import { type Blob, keyOf, type Store } from "../content/store.js";
import { type Entry, isWithin, moved, normalPath, parentOf, subtree, type Tree, treeDigest } from "../content/tree.js";
import { readLayers } from "../content/unpack.js";
import { StandInError } from "../errors.js";
import { pathIn } from "./edit.js";
import type { ContainerState, Mount } from "./state.js";

/** A container with these files over its own, as one more layer. A file hides the mount that is at its very path. */
export async function withTree(
  store: Store,
  state: ContainerState,
  path: string,
  tree: Tree,
  createdBy: string,
): Promise<ContainerState> {
  const target = pathIn(state, path).slice(1);
  const entries: Tree = new Map([...(target === "" ? [] : parents(target, tree)), ...moved(tree, target)]);
  const layer = await store.once(
    keyOf("layer 1", treeDigest(entries)),
    () => packLayer(store, entries),
    ({ digest }: Blob) => store.has(digest),
  );
  return { ...state, layers: [...state.layers, { ...layer, createdBy }] };
}

/** The directory itself is made; those above it only where they are missing, which an engine does by itself. */
function parents(target: string, tree: Tree): [string, Entry][] {
  return tree.has("") ? [] : [[target, { type: "directory", mode: 0o755 }]];
}

/** What a directory of a container holds, mounts included. */
export async function directoryAt(store: Store, state: ContainerState, path: string): Promise<Tree> {
  const target = pathIn(state, path).slice(1);
  const mount = mountAt(state, target, "directory");
  const tree = mount
    ? subtree(mount.tree, within(mount, target))
    : subtree(await filesBelow(store, state, target), target);
  if (tree) return tree;
  throw new StandInError(`There is no directory ${path} in this container.`);
}

/** One file of a container. */
export async function fileAt(
  store: Store,
  state: ContainerState,
  path: string,
): Promise<{ name: string; entry: Entry & { type: "file" } }> {
  const target = pathIn(state, path).slice(1);
  const name = target.slice(parentOf(target).length).replace(/^\//, "");
  const mounted = state.mounts.find((mount) => mount.type === "file" && mount.path === `/${target}`);
  const directory = mountAt(state, target, "directory");
  const entry =
    mounted && "tree" in mounted
      ? [...mounted.tree.values()][0]
      : directory
        ? directory.tree.get(within(directory, target))
        : (await filesBelow(store, state, target)).get(target);
  if (entry?.type === "file") return { name, entry };
  throw new StandInError(`There is no file ${path} in this container.`);
}

function filesBelow(store: Store, state: ContainerState, target: string): Promise<Tree> {
  const layers = state.layers.map(({ digest }) => digest);
  return store
    .once(keyOf("files 1", layers, target), async () => [...(await readLayers(store, state.layers, target))])
    .then((entries) => new Map(entries));
}

function mountAt(
  state: ContainerState,
  target: string,
  type: "directory",
): (Mount & { type: "directory" }) | undefined {
  const covering = state.mounts.filter((mount) => isWithin(target, mount.path.slice(1)));
  const nearest = covering.sort((a, b) => b.path.length - a.path.length)[0];
  return nearest?.type === type ? nearest : undefined;
}

function within(mount: Mount, target: string): string {
  return normalPath(target.slice(mount.path.length - 1));
}

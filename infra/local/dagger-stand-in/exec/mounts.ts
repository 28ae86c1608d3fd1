import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeHostDirectory } from "../content/export.js";
import { readHostDirectory } from "../content/host.js";
import type { Store } from "../content/store.js";
import { treeDigest } from "../content/tree.js";
import type { Mount } from "../image/state.js";

/** Mounts as directories of this machine while a command runs. */
export interface PreparedMounts {
  /** Binds in the format of Docker's `HostConfig.Binds`. */
  binds: string[];
  /** Returns the mounts with the changes of the command. */
  after(): Promise<Mount[]>;
  remove(): Promise<void>;
}

export async function prepareMounts(store: Store, mounts: Mount[]): Promise<PreparedMounts> {
  const scratch = await store.scratch();
  const remove = () => rm(scratch, { recursive: true, force: true });
  const placed = mounts.map((mount, index) => ({ mount, place: join(scratch, String(index)) }));
  try {
    for (const { mount, place } of placed) await writeHostDirectory(store, mount.tree, place);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    binds: placed.map(({ mount, place }) => `${source(mount, place)}:${mount.path}${mount.readOnly ? ":ro" : ""}`),
    after: () => Promise.all(placed.map(({ mount, place }) => reread(store, mount, place))),
    remove,
  };
}

function source({ type, tree }: Mount, place: string): string {
  return type === "directory" ? place : join(place, [...tree.keys()][0] ?? "");
}

/** Stores mounts after a command: the next command in the chain sees its changes. */
async function reread(store: Store, mount: Mount, place: string): Promise<Mount> {
  if (mount.readOnly) return mount;
  const tree = await readHostDirectory(store, place);
  return treeDigest(tree) === treeDigest(mount.tree) ? mount : { ...mount, tree };
}

import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHostDirectory, writeHostDirectory } from "../content/host.js";
import { keyOf, type Store } from "../content/store.js";
import { treeDigest } from "../content/tree.js";
import type { Mount } from "../image/state.js";

/** Mounts as they lie on this machine while a command runs. */
export interface PreparedMounts {
  /** As `HostConfig.Binds` takes them. */
  binds: string[];
  /** The mounts as the command has left them. */
  after(): Promise<Mount[]>;
  remove(): Promise<void>;
}

export async function prepareMounts(store: Store, mounts: Mount[]): Promise<PreparedMounts> {
  const scratch = await store.scratch();
  const secrets = await mkdtemp(join(memoryDirectory(), "slipway-"));
  const remove = async () => {
    await rm(secrets, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  };
  const sources: string[] = [];
  try {
    for (const [index, mount] of mounts.entries()) {
      sources.push(await prepare(store, mount, join(scratch, String(index)), join(secrets, String(index))));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    binds: mounts.map(({ path }, index) => `${sources[index]}:${path}`),
    after: () => Promise.all(mounts.map((mount, index) => reread(store, mount, sources[index] ?? ""))),
    remove,
  };
}

async function prepare(store: Store, mount: Mount, place: string, secretPlace: string): Promise<string> {
  switch (mount.type) {
    case "cache": {
      const path = join(store.path, "volumes", keyOf(mount.name).slice("sha256:".length));
      await mkdir(path, { recursive: true });
      return path;
    }
    case "secret":
      await writeFile(secretPlace, await mount.secret.plaintext(), { mode: 0o600 });
      await chmod(secretPlace, mount.mode);
      return secretPlace;
    case "file":
      await writeHostDirectory(store, mount.tree, place);
      return join(place, [...mount.tree.keys()][0] ?? "");
    case "directory":
      await writeHostDirectory(store, mount.tree, place);
      return place;
  }
}

/** A command may write to a mounted directory, and the next command in the chain sees it. */
async function reread(store: Store, mount: Mount, place: string): Promise<Mount> {
  if (mount.type !== "directory") return mount;
  const tree = await readHostDirectory(store, place);
  return treeDigest(tree) === treeDigest(mount.tree) ? mount : { ...mount, tree };
}

/** Where a secret's file never reaches a disk, if there is such a place. */
function memoryDirectory(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

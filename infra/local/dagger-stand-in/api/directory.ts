import { rm } from "node:fs/promises";
import { exportTarget, writeHostDirectory } from "../content/export.js";
import { filterTree, globTree } from "../content/patterns.js";
import { keyOf } from "../content/store.js";
import { nameOf, normalPath, subtree, type Tree, treeDigest, withEntries } from "../content/tree.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { File } from "./file.js";
import { ApiObject } from "./object.js";

type Filter = { include?: string[]; exclude?: string[] };

export class Directory extends ApiObject {
  readonly __typename = "Directory";

  constructor(
    session: Session,
    key: string,
    private readonly make: () => Promise<Tree>,
    /** Host directory that this object stands for, whole or without ignored files. */
    private readonly hostPath?: string,
  ) {
    super(session, key);
  }

  /** Returns a path at which git can read the directory: it is copied unless it is on the host, until the session ends. */
  gitPath(): string | Promise<string> {
    if (this.hostPath !== undefined) return this.hostPath;
    return this.session.once(`${this.key} as git`, async () => {
      const { store } = this.session;
      const scratch = await store.scratch();
      this.session.atEnd(() => rm(scratch, { recursive: true, force: true }));
      await writeHostDirectory(store, await this.tree(), scratch);
      return scratch;
    });
  }

  tree(): Promise<Tree> {
    return this.session.once(`${this.key} tree`, this.make);
  }

  private step(operation: string, args: unknown, apply: (tree: Tree) => Tree | Promise<Tree>): Directory {
    return new Directory(this.session, keyOf(this.key, operation, args), async () => apply(await this.tree()));
  }

  async entries({ path = "" }: { path?: string }): Promise<string[]> {
    const tree = inDirectory(await this.tree(), path);
    return [...tree]
      .filter(([name]) => !name.includes("/"))
      .map(([name, entry]) => (entry.type === "directory" ? `${name}/` : name))
      .sort();
  }

  async glob({ pattern }: { pattern: string }): Promise<string[]> {
    return globTree(await this.tree(), pattern);
  }

  directory({ path }: { path: string }): Directory {
    return this.step("directory", path, (tree) => inDirectory(tree, path));
  }

  file({ path }: { path: string }): File {
    return new File(this.session, keyOf(this.key, "file", path), async () => {
      const name = normalPath(path);
      const entry = (await this.tree()).get(name);
      if (entry?.type !== "file") throw new StandInError(`There is no file ${path} in this directory.`);
      return { name: nameOf(name), entry };
    });
  }

  filter({ include, exclude }: Filter): Directory {
    return this.step("filter", [include, exclude], (tree) =>
      filterTree(tree, { ...(include && { include }), ...(exclude && { exclude }) }),
    );
  }

  /** Returns a copy with a text file, which replaces a file of the same path. */
  withNewFile({ path, contents, permissions = 0o644 }: { path: string; contents: string; permissions?: number }) {
    const name = normalPath(path);
    return this.step("withNewFile", [name, contents, permissions], async (tree) => {
      const stored = await this.session.store.put(contents);
      return withEntries(tree, [[name, { type: "file", mode: permissions, ...stored }]]);
    });
  }

  async digest(): Promise<string> {
    return treeDigest(await this.tree());
  }

  /** Writes to this machine: the module's process and the command line both run on it. */
  async export({ path }: { path: string }): Promise<string> {
    const target = exportTarget(this.session.cwd, path);
    await writeHostDirectory(this.session.store, await this.tree(), target);
    return target;
  }

  async sync(): Promise<string> {
    await this.tree();
    return this.id();
  }
}

function inDirectory(tree: Tree, path: string): Tree {
  const found = subtree(tree, normalPath(path));
  if (!found) throw new StandInError(`There is no directory ${path} in this directory.`);
  return found;
}

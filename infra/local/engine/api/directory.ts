import { resolve } from "node:path";
import { writeHostDirectory } from "../content/host.js";
import { filterTree, globTree } from "../content/patterns.js";
import { keyOf } from "../content/store.js";
import {
  type Entry,
  emptyTree,
  moved,
  normalPath,
  parentOf,
  subtree,
  type Tree,
  treeDigest,
  withEntries,
  without,
} from "../content/tree.js";
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
  ) {
    super(session, key);
  }

  static empty(session: Session): Directory {
    return new Directory(session, keyOf("Directory"), async () => emptyTree);
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
      return { name: name.slice(parentOf(name).length).replace(/^\//, ""), entry };
    });
  }

  filter({ include, exclude }: Filter): Directory {
    return this.step("filter", [include, exclude], (tree) =>
      filterTree(tree, { ...(include && { include }), ...(exclude && { exclude }) }),
    );
  }

  withDirectory({ path, source, ...filter }: { path: string; source: string } & Filter): Directory {
    const added = this.session.ids.of(source, Directory);
    return this.step("withDirectory", [path, added.key, filter], async (tree) =>
      withEntries(tree, [
        ...(normalPath(path) === "" ? [] : [newDirectory(path)]),
        ...moved(filterTree(await added.tree(), filter), normalPath(path)),
      ]),
    );
  }

  withFile({ path, source, permissions }: { path: string; source: string; permissions?: number }): Directory {
    const file = this.session.ids.of(source, File);
    return this.step("withFile", [path, file.key, permissions], async (tree) => {
      const { name, entry } = await file.content();
      const target = normalPath(path.endsWith("/") ? `${path}${name}` : path);
      return withEntries(tree, [[target, { ...entry, mode: permissions ?? entry.mode }]]);
    });
  }

  withNewFile({
    path,
    contents,
    permissions = 0o644,
  }: {
    path: string;
    contents: string;
    permissions?: number;
  }): Directory {
    return this.step("withNewFile", [path, contents, permissions], async (tree) =>
      withEntries(tree, [
        [normalPath(path), { type: "file", mode: permissions, ...(await this.session.store.put(contents)) }],
      ]),
    );
  }

  withoutDirectory({ path }: { path: string }): Directory {
    return this.step("without", path, (tree) => without(tree, normalPath(path)));
  }

  withoutFile({ path }: { path: string }): Directory {
    return this.step("without", path, (tree) => without(tree, normalPath(path)));
  }

  async digest(): Promise<string> {
    return treeDigest(await this.tree());
  }

  /** Onto this machine: the module's process and the command line both run on it. */
  async export({ path }: { path: string }): Promise<string> {
    const target = resolve(this.session.cwd, path);
    await writeHostDirectory(this.session.store, await this.tree(), target);
    return target;
  }

  async sync(): Promise<string> {
    await this.tree();
    return this.id();
  }
}

function newDirectory(path: string): [string, Entry] {
  return [normalPath(path), { type: "directory", mode: 0o755 }];
}

function inDirectory(tree: Tree, path: string): Tree {
  const found = subtree(tree, normalPath(path));
  if (!found) throw new StandInError(`There is no directory ${path} in this directory.`);
  return found;
}

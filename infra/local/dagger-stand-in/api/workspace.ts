import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readHostDirectory } from "../content/host.js";
import { keyOf } from "../content/store.js";
import type { Session } from "../session/session.js";
import { Directory } from "./directory.js";
import { GitRepository } from "./git.js";
import { ApiObject } from "./object.js";

interface Selection {
  path: string;
  include?: string[];
  exclude?: string[];
  gitignore?: boolean;
}

/** Directory of the caller. Its boundary is the git repository, or the directory itself outside of one. */
export class Workspace extends ApiObject {
  readonly __typename = "Workspace";
  private readonly boundary: string;

  constructor(session: Session) {
    const boundary = repositoryOf(session.cwd) ?? resolve(session.cwd);
    super(session, keyOf("Workspace", boundary, session.cwd));
    this.boundary = boundary;
  }

  path(): string {
    return relative(this.boundary, resolve(this.session.cwd)) || ".";
  }

  /** Returns a directory that is read when its content is used. An absolute path starts at the boundary, a relative one at the caller's directory. */
  directory({ path, gitignore = false, ...filter }: Selection): Directory {
    const { session } = this;
    const root = path.startsWith("/") ? join(this.boundary, path) : resolve(session.cwd, path);
    const make = async () =>
      readHostDirectory(session.store, root, gitignore ? await ignoredIn(session, root) : [], filter.include);
    const found = new Directory(session, keyOf("workspace directory", root, gitignore, filter.include), make, root);
    return filter.include || filter.exclude ? found.filter(filter) : found;
  }
}

function repositoryOf(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/**
 * Lists the paths that .gitignore files name; like the engine, it reads no other ignore file of git. Tracked files are among them, because
 * a filter does not know what git tracks. Empty outside of a git repository.
 */
async function ignoredIn(session: Session, root: string): Promise<string[]> {
  if (repositoryOf(root) === undefined) return [];
  const list = (...which: string[]) =>
    new GitRepository(session, root).git("ls-files", "-z", "--ignored", "--exclude-per-directory=.gitignore", ...which);
  const listed = await Promise.all([list("--others", "--directory"), list("--cached")]);
  return listed.flatMap((text) => text.split("\0")).filter((path) => path !== "");
}

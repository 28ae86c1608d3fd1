import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { readHostDirectory } from "../content/host.js";
import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { Directory } from "./directory.js";
import { ApiObject } from "./object.js";

/** Git repository on this machine, read with this machine's git. */
export class GitRepository extends ApiObject {
  readonly __typename = "GitRepository";

  constructor(
    session: Session,
    /** Path of the repository on this machine; a promise when the directory is created first. */
    private readonly path: string | Promise<string>,
  ) {
    super(session, keyOf("GitRepository", typeof path === "string" ? path : randomUUID()));
  }

  head(): GitRef {
    return new GitRef(this.session, this, "HEAD");
  }

  uncommitted(): Changeset {
    return new Changeset(this.session, this);
  }

  /** @throws {StandInError} There is no git, or no repository. */
  async git(...args: string[]): Promise<string> {
    // Git settings of the caller's environment belong to another repository.
    const env = { ...this.session.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined };
    try {
      const { stdout } = await promisify(execFile)("git", ["-C", await this.path, ...args], {
        env: env as NodeJS.ProcessEnv,
        signal: this.session.signal,
        maxBuffer: 64 << 20,
      });
      return stdout;
    } catch (error) {
      const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
      if (code === "ENOENT") {
        throw new StandInError(
          "This function needs the git repository, and git is not installed on this machine. Install git and try again.",
        );
      }
      throw new StandInError(`The git repository ${await this.path} can't be read: ${stderr.trim() || String(error)}`);
    }
  }
}

export class GitRef extends ApiObject {
  readonly __typename = "GitRef";

  constructor(
    session: Session,
    private readonly repository: GitRepository,
    private readonly name: string,
  ) {
    super(session, keyOf(repository.key, "ref", name));
  }

  async commit(): Promise<string> {
    return (await this.repository.git("rev-parse", "--verify", `${this.name}^{commit}`)).trim();
  }

  tree({ depth = 1, discardGitDir = false }: { depth?: number; discardGitDir?: boolean }): Directory {
    return new Directory(this.session, keyOf(this.key, "tree", depth, discardGitDir), async () => {
      const commit = await this.commit();
      const scratch = await this.session.store.scratch();
      try {
        const { repository } = this;
        await repository.git("init", "--quiet", scratch);
        const own = new GitRepository(this.session, scratch);
        const source = (await repository.git("rev-parse", "--path-format=absolute", "--git-common-dir")).trim();
        await own.git(
          "-c",
          "uploadpack.allowAnySHA1InWant=true",
          "fetch",
          "--quiet",
          "--no-tags",
          `--depth=${depth}`,
          `file://${source}`,
          commit,
        );
        await own.git("checkout", "--quiet", "--detach", commit);
        return await readHostDirectory(this.session.store, scratch, discardGitDir ? [".git"] : []);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
  }
}

/** Uncommitted changes of a working tree. */
export class Changeset extends ApiObject {
  readonly __typename = "Changeset";

  constructor(
    session: Session,
    private readonly repository: GitRepository,
  ) {
    super(session, keyOf(repository.key, "uncommitted"));
  }

  async isEmpty(): Promise<boolean> {
    return (await this.repository.git("--no-optional-locks", "status", "--porcelain")).trim() === "";
  }
}

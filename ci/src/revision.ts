import type { GitRepository } from "@dagger.io/dagger";
import { commitTime } from "./commit.js";
import { InputError } from "./errors.js";
import { exported } from "./sources.js";

/** The state of the checkout that a release is made from. */
export interface Revision {
  commit: string;
  /** Uncommitted or untracked changes lie beside the commit. */
  dirty: boolean;
}

/**
 * @throws InputError when there are uncommitted changes that are not allowed.
 */
export async function readRevision(repository: GitRepository, allowDirty: boolean): Promise<Revision> {
  const [commit, clean] = await Promise.all([repository.head().commit(), repository.uncommitted().isEmpty()]);
  if (!clean && !allowDirty) {
    throw new InputError(
      "dirty-tree",
      `There are uncommitted changes beside commit ${commit}, so no commit says what would be published. Commit or remove them (\`git status\` shows them), or pass --allow-dirty, which marks the image as such.`,
    );
  }
  return { commit, dirty: !clean };
}

/** When the repository's current commit was made. */
export async function readCommitTime(repository: GitRepository, commit: string): Promise<Date> {
  // A checkout of its own holds just this commit, however long the history is or wherever a worktree keeps it.
  const objects = repository.head().tree({ depth: 1 }).directory(".git/objects");
  return await exported(objects, (path) => commitTime(path, commit));
}

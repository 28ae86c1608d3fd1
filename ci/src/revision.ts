import type { GitRepository } from "@dagger.io/dagger";
import { commitTime } from "./commit.js";
import { InputError } from "./errors.js";
import { neutral } from "./foreign-text.js";
import type { Recipe } from "./recipe.js";
import { exported, type GitSource, recipeDigest } from "./sources.js";

/** The state of the checkout that a release is made from. */
export interface Revision {
  commit: string;
  /** What is built is not, or may not be, what the commit holds. */
  dirty: boolean;
}

/**
 * The commit that a recipe's app belongs to.
 * @throws InputError when the commit does not say what would be built, and that is not allowed.
 */
export async function readRevision(git: GitSource, recipe: Recipe, allowDirty: boolean): Promise<Revision> {
  const { repository } = git;
  const [commit, clean] = await Promise.all([repository.head().commit(), isClean(git)]).catch(noRepository);
  if (!clean) {
    if (!allowDirty)
      refuse(
        `There are uncommitted changes beside commit ${commit}`,
        "Commit or remove them (`git status` shows them)",
      );
    return { commit, dirty: true };
  }
  const dirty = !(await isOfCommit(recipe, repository));
  if (dirty && !allowDirty) {
    refuse(
      `The app's directory is not the one that commit ${commit} holds`,
      "Remove the files that git ignores from it, or leave --app out",
    );
  }
  return { commit, dirty };
}

/** A file that git tracks although .gitignore names it looks deleted where ignored files are not read. */
async function isClean({ repository, complete }: GitSource): Promise<boolean> {
  return (await repository.uncommitted().isEmpty()) || ((await complete?.uncommitted().isEmpty()) ?? false);
}

function noRepository(cause: Error): never {
  throw new InputError(
    "no-repository",
    `The git repository can't be read (${neutral(cause.message)}), so no commit would stand for the release. Run this in a clone; in a linked worktree the engine does not see the repository, so clone it.`,
    { cause },
  );
}

function refuse(what: string, next: string): never {
  throw new InputError(
    "dirty-tree",
    `${what}, so no commit says what would be published. ${next}, or pass --allow-dirty, which marks the image as such.`,
  );
}

/** A clean tree is not enough: files that git ignores may be built, and the app may have been given from elsewhere. */
async function isOfCommit(recipe: Recipe, repository: GitRepository): Promise<boolean> {
  const app = checkout(repository).directory("app");
  const [given, committed] = await Promise.all([recipeDigest(recipe), recipeDigest({ ...recipe, app })]);
  return given === committed;
}

/** When the repository's current commit was made. */
export async function readCommitTime(repository: GitRepository, commit: string): Promise<Date> {
  return await exported(checkout(repository).directory(".git/objects"), (path) => commitTime(path, commit));
}

/** A checkout of its own: it holds just the current commit, however long the history is and wherever a worktree keeps it. */
function checkout(repository: GitRepository) {
  return repository.head().tree({ depth: 1 });
}

import type { GitRepository } from "@dagger.io/dagger";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import type { Build } from "./build-options.js";
import { commitTime } from "./commit-time.js";
import { type Dockerfile, readDockerfile } from "./image.js";
import { buildDigest, exported, type GitSource } from "./sources.js";

/** The state of the checkout that a release is made from. */
export interface Revision {
  commit: string;
  /** The build's input differs, or may differ, from the commit. */
  dirty: boolean;
}

/** Input of the build, and its directory's path in the repository; absent where the user passed a directory. */
export interface Candidate {
  build: Build;
  file: Dockerfile;
  path?: string;
}

/**
 * Reads the commit that a build belongs to.
 * @throws InputError when the commit does not hold what would be built, and that is not allowed.
 */
export async function readRevision(git: GitSource, candidate: Candidate, allowDirty: boolean): Promise<Revision> {
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
  const dirty = !(await isOfCommit(candidate, repository));
  if (dirty && !allowDirty) {
    refuse(
      `The directory that is built is none that commit ${commit} holds`,
      "Remove the files that git ignores from it or name them in .dockerignore, or leave --app out",
    );
  }
  return { commit, dirty };
}

/** A file that git tracks although .gitignore names it looks deleted where ignored files are not read. */
async function isClean({ repository, complete }: GitSource): Promise<boolean> {
  return (await repository.uncommitted().isEmpty()) || ((await complete?.uncommitted().isEmpty()) ?? false);
}

export function noRepository(cause: Error): never {
  throw new InputError(
    "no-repository",
    `The git repository can't be read (${neutral(cause.message)}), so no commit would stand for the release. Run this in a clone; in a linked worktree the engine does not see the repository, so clone it.`,
    { cause },
  );
}

function refuse(what: string, next: string): never {
  throw new InputError(
    "dirty-tree",
    `${what}, so no commit identifies what would be published. ${next}, or pass --allow-dirty, which marks the image as such.`,
  );
}

/** At most so many directories of the commit are compared with a directory that was passed. */
const MOST = 20;

/** A clean tree is not enough: files that git ignores may be built, and the directory may have been passed from elsewhere. */
async function isOfCommit({ build, file, path }: Candidate, repository: GitRepository): Promise<boolean> {
  const tree = checkout(repository);
  const given = await buildDigest(build, file);
  const found = path === undefined ? await tree.glob(`**/${build.dockerfile}`) : [];
  const paths = path === undefined ? found.slice(0, MOST).map((one) => one.slice(0, -build.dockerfile.length)) : [path];
  for (const one of paths) {
    const committed = { ...build, context: tree.directory(one || ".") };
    const same = await readDockerfile(committed).then(
      async (text) => (await buildDigest(committed, text)) === given,
      () => false,
    );
    if (same) return true;
  }
  return false;
}

/** When the repository's current commit was made. */
export async function readCommitTime(repository: GitRepository, commit: string): Promise<Date> {
  return await exported(checkout(repository).directory(".git/objects"), (path) => commitTime(path, commit));
}

/** A checkout of its own: it holds just the current commit, however long the history is and wherever a worktree keeps it. */
function checkout(repository: GitRepository) {
  return repository.head().tree({ depth: 1 });
}

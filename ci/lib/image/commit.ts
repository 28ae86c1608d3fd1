import type { GitRepository } from "@dagger.io/dagger";
import { InputError, refusal } from "../common/errors.js";
import { parseReleaseVersion } from "../config/version.js";
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

export const noRepository = refusal(
  "no-repository",
  (received) =>
    `The git repository can't be read (${received}), so no commit would stand for the release. Run this in a clone; in a linked worktree the engine does not see the repository, so clone it.`,
);

function refuse(what: string, next: string): never {
  throw new InputError(
    "dirty-tree",
    `${what}, so no commit identifies what would be published. ${next}, or pass --allow-dirty, which marks the image as such.`,
  );
}

/** Maximum number of the commit's directories to compare with a directory that the user passed. */
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

/** Reads the time of the repository's current commit. */
export async function readCommitTime(repository: GitRepository, commit: string): Promise<Date> {
  return await exported(checkout(repository).directory(".git/objects"), (path) => commitTime(path, commit));
}

/** Returns a checkout that holds only the current commit, also of a repository with a long history or of a linked worktree. */
function checkout(repository: GitRepository) {
  return repository.head().tree({ depth: 1 });
}

/** Digits of a commit's id in a version: enough to be unique in the largest repositories. */
const SHORT = 12;
/** Maximum number of tags to look up, the highest first: each costs a call. */
const MOST_TAGS = 50;

/**
 * Names a release by its commit: by the commit's tag, or else by the first 12 digits of its id.
 * @returns Of several tags the highest, numbers compared as numbers: `v1.10.0` before `v1.9.0`.
 */
export async function commitVersion(repository: GitRepository): Promise<string> {
  const [commit, names] = await Promise.all([repository.head().commit(), repository.tags().catch((): string[] => [])]);
  const candidates = names.map((name) => name.replace(/^refs\/tags\//, "")).filter(isVersion);
  const sorted = candidates.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).slice(0, MOST_TAGS);
  const commits = await Promise.all(
    sorted.map((name) =>
      repository
        .tag(name)
        .commit()
        .catch(() => undefined),
    ),
  );
  return sorted[commits.indexOf(commit)] ?? commit.slice(0, SHORT);
}

function isVersion(tag: string): boolean {
  try {
    return parseReleaseVersion(tag) === tag;
  } catch {
    return false;
  }
}

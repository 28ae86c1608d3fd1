import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { BadInput, shown } from "./bad-input.js";

const run = promisify(execFile);

/** Directory of a service and its place in the repository. */
export interface AppDirectory {
  path: string;
  /** Directory of the build. */
  context: string;
  /** `--app` and its value, when the target alone does not name `context`. */
  flags: string[];
  /** True when git has a commit to name a release after. */
  hasCommit: boolean;
}

/** Build settings of a target. */
export interface BuildKeys {
  context?: string;
  dockerfile?: string;
}

/**
 * Finds the build's directory as `deploy` does: the target's `build.context` is relative to the repository's root.
 *
 * @param given The value of `--app`, absolute.
 * @throws {BadInput} The directory or its Dockerfile does not exist.
 */
export async function openAppDirectory(given: string, build: BuildKeys, target: string): Promise<AppDirectory> {
  if (!isDirectory(given))
    throw new BadInput(`--app ${shown(given)} is not a directory. Accepted: a service's directory.`);
  const root = repositoryOf(given);
  const { context, flags } = contextOf(given, root ?? given, build.context, target);
  const dockerfile = build.dockerfile ?? "Dockerfile";
  if (!existsSync(join(context, dockerfile))) {
    throw new BadInput(
      `There is no ${dockerfile} in ${context}. Accepted: a directory with a Dockerfile. Add one, or name the directory of the service: ` +
        'with --app, or with "build": { "context": "services/web" } in the target.',
    );
  }
  return { path: given, context, flags, hasCommit: root !== undefined && (await hasCommit(root)) };
}

function contextOf(given: string, root: string, stated: string | undefined, target: string) {
  if (given === root) return { context: join(root, stated ?? "."), flags: [] };
  const own = { context: given, flags: ["--app", given] };
  if (stated === undefined) return own;
  if (join(root, stated) === given) return { ...own, flags: [] };
  const below = join(given, stated);
  // A directory that is meant as a separate repository, such as one of the examples.
  if (isDirectory(below) && !isDirectory(join(root, stated))) return { context: below, flags: ["--app", below] };
  throw new BadInput(
    `${target} builds ${shown(stated)} of the repository ${root}, and --app names ${shown(relative(root, given))}. ` +
      `Name the repository: --app ${root}`,
  );
}

/** Returns the nearest directory with `.git`, which Dagger's engine takes for the repository. */
function repositoryOf(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

async function hasCommit(root: string): Promise<boolean> {
  return run("git", ["-C", root, "rev-parse", "--verify", "--quiet", "HEAD"]).then(
    () => true,
    () => false,
  );
}

/** Creates a git repository with one empty commit, for a directory that has none. */
export async function makeCommit(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  const git = (...args: string[]) => run("git", ["-C", path, ...args]);
  await git("init", "--quiet");
  const author = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgSign=false"];
  await git(...author, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "Rehearsal");
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

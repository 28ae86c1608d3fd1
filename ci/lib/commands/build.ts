import type { Container, Directory } from "@dagger.io/dagger";
import { REFUSED, SlipwayError } from "../common/errors.js";
import { parseLocalVersion } from "../config/version.js";
import { type Build, type BuildOptions, buildOf, checkBuildOptions } from "../image/build-options.js";
import { readDockerfile, resolvedBases, runtimeImage } from "../image/image.js";
import { labelsOf } from "../image/labels.js";
import { buildDigest } from "../image/sources.js";
import { runTests } from "../image/tests.js";
import { readTarget } from "./destination.js";

/** A build or a test without a destination. */
export interface LocalBuildOptions {
  targets: Directory;
  /** The name of a file in `targets`, without `.json`. */
  name: string;
  context: (path: string) => Directory;
  build: BuildOptions;
}

/**
 * Merges the arguments into the target's `build`. A repository without targets can be built too.
 * @throws InputError
 */
async function localBuild({ targets, name, context, build }: LocalBuildOptions): Promise<Build> {
  checkBuildOptions(build);
  const names = await targets.entries().catch((): string[] => []);
  const file = names.includes(`${name}.json`) ? await readTarget(targets, name) : {};
  // A local build is for this machine's platform, which need not be the service's.
  return buildOf(build, { ...file, platform: undefined }, context);
}

/** Builds the app's image for this machine, from a directory alone: its labels name no commit. */
export async function buildLocally(options: LocalBuildOptions, version: string): Promise<Container> {
  const checked = parseLocalVersion(version);
  const build = await localBuild(options);
  const file = await readDockerfile(build);
  const [inputDigest, bases] = await Promise.all([buildDigest(build, file), resolvedBases(build, file)]);
  return await runtimeImage(build, checked, labelsOf({ version: checked, inputDigest, bases }));
}

/**
 * Runs the app's tests.
 * @returns Their output.
 * @throws SlipwayError when a test fails, or when there are none.
 */
export async function testLocally(options: LocalBuildOptions): Promise<string> {
  const build = await localBuild(options);
  const output = await runTests(build, await readDockerfile(build));
  if (output !== undefined) return output;
  throw new SlipwayError(
    "no-tests",
    REFUSED,
    `There are no tests to run. Add a stage named "test" to ${build.dockerfile}, or a command to the target: "test": { "command": ["npm", "test"] }.`,
  );
}

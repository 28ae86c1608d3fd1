import type { Container, Directory } from "@dagger.io/dagger";
import { InputError, refusal } from "../common/errors.js";
import type { Target } from "../config/target.js";
import { parseReleaseVersion } from "../config/version.js";
import { type BuildOptions, buildOf, checkBuildOptions } from "../image/build-options.js";
import { type Candidate, commitVersion, noRepository, readRevision } from "../image/commit.js";
import { engineWork } from "../image/engine-failure.js";
import { readDockerfile } from "../image/image.js";
import type { GitSource } from "../image/sources.js";
import { buildSource, readySource } from "../publish/image-source.js";
import { publish } from "../publish/publish-release.js";
import type { Destination } from "../publish/stored-image.js";
import type { Activity, Release } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";

export interface PublishOptions extends Activity {
  /** The commit's tag or short id where the user passed none. */
  version: string | undefined;
  /** A directory to build in place of the target's. */
  app: Directory | undefined;
  /** Returns the directory that is built, by its path in the repository. */
  context: (path: string) => Directory;
  build: BuildOptions;
  /** A ready container to publish in place of a build. */
  image: Container | undefined;
  git: GitSource;
  allowDirty: boolean | undefined;
  destination: DestinationOptions;
}

/** Tests, builds and pushes. Returns `repository@sha256:…`. */
export async function publishImage(options: PublishOptions): Promise<string> {
  checkPublish(options);
  const { destination, candidate, version } = await options.span("resolve", async () => {
    const destination = await openDestination(options.destination);
    const candidate = await candidateOf(options, destination.target);
    return { destination, candidate, version: await versionOf(options, candidate !== undefined) };
  });
  return (await publishCheckout(options, destination, { candidate, version })).image;
}

/**
 * Checks the arguments alone.
 * @throws InputError
 */
export function checkPublish({ version, image, ...options }: PublishOptions): void {
  if (version !== undefined) parseReleaseVersion(version);
  if (image) refuseBuildOptions("--image", options);
  checkBuildOptions(options.build);
}

/** @throws InputError when an option of a build is given where nothing is built. */
export function refuseBuildOptions(
  used: string,
  { app, build, allowDirty }: Pick<PublishOptions, "app" | "build" | "allowDirty">,
): void {
  const { dockerfile, stage, buildArg, buildSecret, platform } = build;
  const options = { app, dockerfile, stage, "build-arg": buildArg, "build-secret": buildSecret, platform };
  const given = Object.entries({ ...options, "allow-dirty": allowDirty || undefined })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  if (given.length === 0) return;
  throw new InputError(
    "image-and-build",
    `${used} can't be combined with ${given.join(", ")}: the image exists, and nothing is built. Accepted: ${used} alone, or the options of a build alone. A default in .env counts as given.`,
  );
}

/**
 * Returns the version that the user passed, or else the commit's.
 * @param isBuilt Only what is built needs a git repository where the version is given.
 */
export async function versionOf(
  { version, git }: Pick<PublishOptions, "version" | "git">,
  isBuilt: boolean,
): Promise<string> {
  return version ?? (await commitVersion(git.repository).catch(isBuilt ? noRepository : noVersion));
}

const noVersion = refusal(
  "no-version",
  (received) =>
    `There is no version: --version is not given, and the git repository whose commit names it by default can't be read (${received}). Pass --version, as in --version v1.2.3.`,
);

/**
 * Reads what would be built.
 * @returns undefined where a ready container is published.
 * @throws InputError when there is no Dockerfile.
 */
export async function candidateOf(
  { app, context, build, image }: PublishOptions,
  target: Target,
): Promise<Candidate | undefined> {
  if (image) return undefined;
  const merged = buildOf(build, target, context);
  const path = target.build?.context ?? ".";
  return {
    build: merged,
    file: await engineWork("Reading the Dockerfile", readDockerfile(merged)),
    ...(app === undefined && { path }),
  };
}

/**
 * Publishes a build, or a ready container.
 * @param candidate What is built; absent where a ready container is published.
 * @param beforeBuild Runs when something is to be pushed, before it is tested or built; it gets the repository's address and the platform.
 */
export async function publishCheckout(
  options: PublishOptions,
  destination: Destination,
  { candidate, version }: { candidate: Candidate | undefined; version: string },
  beforeBuild: (repository: string, platform: string) => Promise<void> = async () => {},
): Promise<Release> {
  const { progress, span } = options;
  const { source, platform } = candidate
    ? await sourceOf(options, destination, { candidate, version })
    : await readyContainer(options, destination);
  return await publish(version, source, destination, {
    progress,
    span,
    beforeBuild: ({ uri }) => beforeBuild(uri, platform),
  });
}

/** Returns the build, and its platform, such as `linux/amd64`. */
async function sourceOf(
  { git, allowDirty = false, destination: { service } }: PublishOptions,
  { target: { source, ...target } }: Destination,
  { candidate, version }: { candidate: Candidate; version: string },
) {
  const revision = await engineWork("Reading the commit", readRevision(git, candidate, allowDirty));
  const checkout = { ...candidate, version, repository: git.repository, revision, source };
  return { source: buildSource(checkout, service), platform: candidate.build.platform ?? target.platform };
}

async function readyContainer({ image, destination: { service } }: PublishOptions, { target }: Destination) {
  if (!image) throw new Error("There is neither a build nor a container to publish.");
  const platform = await engineWork("Reading the image", image.platform());
  return { source: readySource(image, target.test?.command, service), platform };
}

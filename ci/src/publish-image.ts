import type { Directory } from "@dagger.io/dagger";
import type { Activity } from "./activity.js";
import { type BuildOptions, buildOf, checkBuildOptions } from "./build-options.js";
import { type Destination, type DestinationOptions, openDestination } from "./destination.js";
import { engineWork } from "./engine-failure.js";
import { commitVersion } from "./git-version.js";
import { readDockerfile } from "./image.js";
import { imageSource } from "./image-source.js";
import { publish } from "./publish.js";
import { type Candidate, noRepository, readRevision } from "./revision.js";
import type { Release } from "./rollout/release.js";
import type { GitSource } from "./sources.js";
import type { Target } from "./target.js";
import { parseReleaseVersion } from "./version.js";

/** The arguments of publish. */
export interface PublishOptions extends Pick<Activity, "progress" | "span"> {
  /** The commit's tag or short id where the user passed none. */
  version: string | undefined;
  /** A directory to build in place of the target's. */
  app: Directory | undefined;
  /** Returns the directory that is built, by its path in the repository. */
  context: (path: string) => Directory;
  build: BuildOptions;
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
    return { destination, candidate, version: await versionOf(options) };
  });
  return (await publishCheckout(options, destination, { candidate, version })).image;
}

/**
 * Checks the arguments alone.
 * @throws InputError
 */
export function checkPublish({ version, build }: PublishOptions): void {
  if (version !== undefined) parseReleaseVersion(version);
  checkBuildOptions(build);
}

/** Returns the version that the user passed, or else the commit's. */
export async function versionOf({ version, git }: Pick<PublishOptions, "version" | "git">): Promise<string> {
  return version ?? (await commitVersion(git.repository).catch(noRepository));
}

/**
 * Reads what would be built.
 * @throws InputError when there is no Dockerfile.
 */
export async function candidateOf({ app, context, build }: PublishOptions, target: Target): Promise<Candidate> {
  const merged = buildOf(build, target, context);
  const path = target.build?.context ?? ".";
  return {
    build: merged,
    file: await engineWork("Reading the Dockerfile", readDockerfile(merged)),
    ...(app === undefined && { path }),
  };
}

/** @param beforeBuild Runs when something is to be built, before it is; it gets the repository's address and the platform. */
export async function publishCheckout(
  options: PublishOptions,
  destination: Destination,
  { candidate, version }: { candidate: Candidate; version: string },
  beforeBuild: (repository: string, platform: string) => Promise<void> = async () => {},
): Promise<Release> {
  const { git, allowDirty, progress, span } = options;
  const revision = await engineWork("Reading the commit", readRevision(git, candidate, allowDirty ?? false));
  const { service } = options.destination;
  const { source, platform } = destination.target;
  const image = imageSource({ ...candidate, version, repository: git.repository, revision, source, service });
  return await publish(version, image, destination, {
    progress,
    span,
    beforeBuild: ({ uri }) => beforeBuild(uri, candidate.build.platform ?? platform),
  });
}

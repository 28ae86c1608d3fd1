import type { Activity } from "./activity.js";
import { findRepository, findTag, type Login, login, newestTags, type Repository } from "./aws/ecr.js";
import { readImageLabels } from "./aws/image-labels.js";
import type { Destination } from "./destination.js";
import { describeFailure, engineWork, isCommandFailure } from "./engine-failure.js";
import { InputError, SlipwayError } from "./errors.js";
import { neutral } from "./foreign-text.js";
import { LABEL } from "./labels.js";
import { unchanged } from "./rollout/ecs/unchanged.js";
import type { Release } from "./rollout/release.js";

/** The engine's part of publishing. */
export interface ImageSource {
  /** The identity of what the image would be built from. */
  inputDigest(): Promise<string>;
  /** What the base image's name stands for today; undefined when the name tells no digest. */
  baseDigest(): Promise<string | undefined>;
  /** Returns undefined where there are no tests. Fails when a test fails. */
  test(): Promise<string | undefined>;
  /** Builds and pushes. Answers the digest of what was pushed. */
  push(address: string, login: Login): Promise<string>;
}

/** How a version is published. */
export interface Publishing extends Pick<Activity, "progress" | "span"> {
  /** Runs when the version is not in the registry, before anything is tested or built; what it throws ends the publishing. */
  beforeBuild?: (repository: Repository) => Promise<void>;
}

/** An image that lies in the registry. */
interface Stored {
  digest: string;
  labels: Record<string, string>;
}

/**
 * Brings a version's image into the registry. When the version is there already, made from the same input, it is used as it lies:
 * nothing is tested or built.
 * @throws InputError when the version is there with another input, or when there is no repository.
 */
export async function publish(
  version: string,
  source: ImageSource,
  destination: Destination,
  { progress, span, beforeBuild }: Publishing,
): Promise<Release> {
  const repository = await unchanged(findRepository(destination.aws, destination.target));
  const [inputDigest, credentials] = await Promise.all([
    engineWork(`Reading what ${version} is built from`, source.inputDigest()),
    login(destination.aws),
  ]);
  const find = () => findStored(repository, version, credentials, destination);

  const stored = await find();
  if (stored) {
    refuseOtherInput(version, stored, inputDigest);
    progress(`${version} is in the registry already, made from the same input: ${stored.digest} is used as it is.`);
    await mentionMovedBase(stored, source, progress);
    return toRelease(version, repository, stored);
  }

  await beforeBuild?.(repository);
  const tested = await span("test", () => {
    progress(`Testing ${version}.`);
    return engineWork(`Testing ${version}`, source.test());
  });
  if (tested === undefined)
    progress('Not tested: the Dockerfile has no stage "test", and the target names no test command.');
  const pushed = await span("build and publish", () => {
    progress(`Building ${version} and pushing it to ${repository.uri}.`);
    return pushOnce(version, source, repository, credentials, find, inputDigest);
  });
  return { ...toRelease(version, repository, pushed), ...(tested === undefined && { untested: true }) };
}

/**
 * The version's image as it lies in the registry, whatever it was made from.
 * @throws InputError when there is none.
 */
export async function findPublished(version: string, destination: Destination): Promise<Release> {
  const repository = await unchanged(findRepository(destination.aws, destination.target));
  const stored = await findStored(repository, version, await login(destination.aws), destination);
  if (stored) return toRelease(version, repository, stored);
  const tags = await newestTags(destination.aws, repository, 5);
  throw new InputError(
    "not-published",
    `${version} is not in ${repository.uri}. ${tags} Publish it first, or deploy it without --published: it is then tested, built and published.`,
  );
}

async function findStored(
  repository: Repository,
  tag: string,
  credentials: Login,
  { aws, endpoint }: Destination,
): Promise<Stored | undefined> {
  const digest = await unchanged(findTag(aws, repository, tag));
  return digest === undefined
    ? undefined
    : { digest, labels: await readImageLabels(repository, digest, credentials, endpoint) };
}

/** Pushes, and makes sure that the registry has what was pushed. Someone who pushed the same input meanwhile is as good. */
async function pushOnce(
  version: string,
  source: ImageSource,
  { uri }: Repository,
  credentials: Login,
  find: () => Promise<Stored | undefined>,
  inputDigest: string,
): Promise<Stored> {
  let pushed: string | undefined;
  try {
    pushed = await source.push(`${uri}:${version}`, credentials);
  } catch (cause) {
    // An immutable tag refuses whoever comes second.
    const winner = await find().catch((error: Error) => {
      throw pushFailed(
        version,
        uri,
        cause as Error,
        `Whether the tag is there can't be read (${neutral(error.message)})`,
      );
    });
    if (!winner) throw pushFailed(version, uri, cause as Error, "The registry has no such tag");
    refuseOtherInput(version, winner, inputDigest);
    return winner;
  }
  const stored = await find();
  if (stored?.digest === pushed) return stored;
  throw new SlipwayError(
    "digest-differs",
    2,
    `Pushed ${version} as ${pushed}, but ${uri} answers ${stored?.digest ?? "no such tag"}: someone else pushed the same version at the same time. Nothing was deployed. Publish under a new version, or see who else releases.`,
  );
}

/** A registry makes the tag last, with the manifest, when it has all that this names: what broke off before is no image. */
function pushFailed(version: string, uri: string, cause: Error, tag: string): SlipwayError {
  // Building is a part of it: a command of the build has its output here.
  return new SlipwayError(
    "push-failed",
    2,
    `Building and pushing ${version} to ${uri} failed: ${describeFailure(cause)}${isCommandFailure(cause) ? "\n" : " "}${tag}, and nothing was deployed. Run the same command again: layers that the registry has are not sent twice.`,
    { cause },
  );
}

function refuseOtherInput(version: string, { digest, labels }: Stored, wanted: string): void {
  const { [LABEL.inputDigest]: found, [LABEL.revision]: commit } = labels;
  if (found === wanted) return;
  // Another tool may have written the labels.
  const made = found
    ? `made from another input (${neutral(String(found), 100)}; this one is ${wanted})`
    : "not made by Slipway: it has no input digest";
  const revision = commit ? `, from commit ${neutral(String(commit), 100)}` : "";
  throw new InputError(
    "version-taken",
    `${version} is in the registry already (${digest}${revision}) and was ${made}. Publish under a new version, or deploy what lies there: deploy --published --version ${version}.`,
  );
}

async function mentionMovedBase(
  { labels }: Stored,
  source: ImageSource,
  progress: (line: string) => void,
): Promise<void> {
  const built = labels[LABEL.baseDigest];
  const today = await source.baseDigest().catch((error: Error) => {
    progress(`The base image could not be looked up: ${neutral(error.message)}`);
  });
  if (!built || !today || built === today) return;
  progress(`The base image has moved since: ${built} then, ${today} now. A new version would be built on the new one.`);
}

function toRelease(version: string, { uri }: Repository, { digest, labels }: Stored): Release {
  const commit = labels[LABEL.revision];
  return { version, image: `${uri}@${digest}`, digest, ...(commit && { commit }) };
}

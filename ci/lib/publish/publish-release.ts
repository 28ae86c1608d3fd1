import { withDescribedErrors } from "../aws/describe-error.js";
import { findRepository, type Login, login, newestTags, type Repository } from "../aws/ecr.js";
import { InputError, REFUSED, SlipwayError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { once } from "../common/memoize.js";
import { describeFailure, engineWork, isCommandFailure } from "../image/engine-failure.js";
import { LABEL } from "../image/labels.js";
import type { Activity, Release } from "../rollout/session.js";
import type { ImageSource } from "./image-source.js";
import { type Destination, findStored, type StoredImage, toRelease } from "./stored-image.js";

const texts = {
  build: {
    reading: (version: string) => `Reading what ${version} is built from`,
    same: "made from the same input",
    untested: 'Not tested: the Dockerfile has no stage "test", and the target names no test command.',
    span: "build and publish",
    pushing: (version: string, uri: string) => `Building ${version} and pushing it to ${uri}.`,
    push: (version: string, uri: string) => `Building and pushing ${version} to ${uri}`,
  },
  ready: {
    reading: () => "Reading the image's digest",
    same: "as the same image",
    untested: 'Not tested: the target names no test command, as in "test": { "command": ["npm", "test"] }.',
    span: "publish",
    pushing: (version: string, uri: string) => `Pushing the image as ${version} to ${uri}.`,
    push: (version: string, uri: string) => `Pushing the image as ${version} to ${uri}`,
  },
};

export interface Publishing extends Activity {
  /** Runs when the version is not in the registry, before anything is tested or built; what it throws ends the publishing. */
  beforeBuild?: (repository: Repository) => Promise<void>;
}

/**
 * Tests, builds and pushes a version's image. A version that the registry already has, made from the same input, is used as it is: nothing
 * is tested or built.
 * @throws InputError when the version is there with another input, or when there is no repository.
 */
export async function publish(
  version: string,
  source: ImageSource,
  destination: Destination,
  { progress, span, beforeBuild }: Publishing,
): Promise<Release> {
  const repository = await withDescribedErrors(findRepository(destination.aws, destination.target));
  const text = texts[source.kind];
  const identity = once(() => engineWork(text.reading(version), source.identity()));
  const [credentials] = await Promise.all([
    login(destination.aws),
    // A ready container's digest costs an export of the whole image: it is read only where there is an image to compare.
    source.kind === "build" && identity(),
  ]);
  const find = () => findStored(repository, version, credentials, destination);

  const stored = await find();
  if (stored) {
    refuseOther(version, stored, source.kind, await identity());
    progress(`${version} is in the registry already, ${text.same}: ${stored.digest} is used as it is.`);
    await mentionMovedBase(stored, source, progress);
    return toRelease(version, repository, stored);
  }

  await beforeBuild?.(repository);
  const tested = await span("test", () => {
    progress(`Testing ${version}.`);
    return engineWork(`Testing ${version}`, source.test());
  });
  if (tested === undefined) progress(text.untested);
  const pushed = await span(text.span, () => {
    progress(text.pushing(version, repository.uri));
    return pushOnce(version, source, repository, credentials, find, identity);
  });
  return { ...toRelease(version, repository, pushed), ...(tested === undefined && { untested: true }) };
}

/**
 * Returns the version's image in the registry, for any source it was built from.
 * @throws InputError when there is none.
 */
export async function findPublished(version: string, destination: Destination): Promise<Release> {
  const repository = await withDescribedErrors(findRepository(destination.aws, destination.target));
  const stored = await findStored(repository, version, await login(destination.aws), destination);
  if (stored) return toRelease(version, repository, stored);
  const tags = await newestTags(destination.aws, repository, 5);
  throw new InputError(
    "not-published",
    `${version} is not in ${repository.uri}. ${tags} Publish it first, or deploy it without --published: it is then tested, built and published.`,
  );
}

/** Pushes, and verifies that the registry has the pushed image. A concurrent push of the same input is accepted. */
async function pushOnce(
  version: string,
  source: ImageSource,
  { uri }: Repository,
  credentials: Login,
  find: () => Promise<StoredImage | undefined>,
  identity: () => Promise<string>,
): Promise<StoredImage> {
  let pushed: string | undefined;
  try {
    pushed = await source.push(`${uri}:${version}`, credentials);
  } catch (cause) {
    const failed = (tag: string) => pushFailed(texts[source.kind].push(version, uri), cause as Error, tag);
    // An immutable tag refuses the second push.
    const winner = await find().catch((error: Error) => {
      throw failed(`Whether the tag is there can't be read (${neutral(error.message)})`);
    });
    if (!winner) throw failed("The registry has no such tag");
    refuseOther(version, winner, source.kind, await identity());
    return winner;
  }
  const stored = await find();
  if (stored?.digest === pushed) return stored;
  throw new SlipwayError(
    "digest-differs",
    REFUSED,
    `Pushed ${version} as ${pushed}, but ${uri} has ${stored?.digest ?? "no such tag"}: another publish pushed the same version at the same time. Nothing was deployed. Publish a new version, or find the other publisher.`,
  );
}

/** A registry creates the tag last, once it has every blob that the manifest names: a push that failed earlier left no image. */
function pushFailed(what: string, cause: Error, tag: string): SlipwayError {
  // Building is a part of it: a command of the build has its output here.
  return new SlipwayError(
    "push-failed",
    REFUSED,
    `${what} failed: ${describeFailure(cause)}${isCommandFailure(cause) ? "\n" : " "}${tag}, and nothing was deployed. Run the same command again: layers that the registry has are not sent twice.`,
    { cause },
  );
}

/** @throws InputError when the version's image is not the one that would be published. */
function refuseOther(
  version: string,
  { digest, labels }: StoredImage,
  kind: ImageSource["kind"],
  identity: string,
): void {
  const { [LABEL.inputDigest]: input, [LABEL.revision]: commit } = labels;
  if (identity === (kind === "ready" ? digest : input)) return;
  // Another tool may have written the labels.
  const revision = commit ? `, from commit ${neutral(String(commit), 100)}` : "";
  const made =
    kind === "ready"
      ? `is another image than the container (${identity})`
      : input
        ? `was made from another input (${neutral(String(input), 100)}; this one is ${identity})`
        : "was not made by Slipway: it has no input digest";
  throw new InputError(
    "version-taken",
    `${version} is in the registry already (${digest}${revision}) and ${made}. Publish under a new version, or deploy the published image: deploy --published --version ${version}.`,
  );
}

async function mentionMovedBase(
  { labels }: StoredImage,
  source: ImageSource,
  progress: (line: string) => void,
): Promise<void> {
  const built = labels[LABEL.baseDigest];
  const today = await source.baseDigest().catch((error: Error) => {
    progress(`Cannot read the base image: ${neutral(error.message)}`);
  });
  if (!built || !today || built === today) return;
  progress(
    `The base image has changed since this build: ${built} then, ${today} now. A new version is built on the new base.`,
  );
}

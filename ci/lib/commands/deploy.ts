import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { readService } from "../ecs/service.js";
import { findExisting, parseExisting } from "../publish/existing-image.js";
import { findPublished } from "../publish/publish-release.js";
import { type DeployArguments, parseDeploySettings } from "../rollout/plan/deploy-settings.js";
import { eachFindingOnce } from "../rollout/plan/gate.js";
import { checkBeforeBuild } from "../rollout/preflight/before-build.js";
import type { Report } from "../rollout/result.js";
import { checkRunId } from "../rollout/revisions/deploy-request.js";
import { rollOut } from "../rollout/run.js";
import { type PatienceOptions, parsePatience } from "../rollout/watch/wait-options.js";
import { openDestination } from "./destination.js";
import { checkUrl, publicUrl } from "./public-url.js";
import {
  candidateOf,
  checkPublish,
  type PublishOptions,
  publishCheckout,
  refuseBuildOptions,
  versionOf,
} from "./publish.js";

/** The arguments of deploy. */
export interface DeployOptions extends PublishOptions {
  /** Take the version as it lies in the registry: nothing is tested or built. */
  published: boolean | undefined;
  /** Take an image that a registry has already, as it is: `[HOST/]REPOSITORY:TAG` or with `@sha256:DIGEST`. */
  from: string | undefined;
  /** Where the service answers the public, in place of the target's own. */
  url: string | undefined;
  /** Sets this try apart from others of the same version. */
  runId: string | undefined;
  /** What shall change beside image and version, and what shall not stop it. */
  asked: DeployArguments;
  /** How long the rollout is waited for, and what may be done meanwhile. */
  patience: PatienceOptions;
  /** Whether what is proven wrong stays. */
  noUndo: boolean | undefined;
}

/**
 * Tests, builds and publishes a version, rolls it out and says what became of it.
 * @throws InputError when it is refused before the service is changed.
 */
export async function deploy(options: DeployOptions): Promise<Report> {
  checkPublish(options);
  checkSource(options);
  const existing = parseExisting(options);
  checkUrl(options.url);
  checkRunId(options.runId);
  const settings = parseDeploySettings(options.asked);
  const patience = parsePatience(options.patience);
  const { span } = options;
  const progress = eachFindingOnce(options.progress);
  const destination = await span("resolve", async () => {
    const opened = await openDestination(options.destination);
    // A service that can't be deployed to is found out before anything is published for it.
    await readService(opened.aws, opened.target);
    const candidate = options.published || existing ? undefined : await candidateOf(options, opened.target);
    const version = existing?.version ?? (await versionOf(options, candidate !== undefined));
    return { ...opened, version, candidate };
  });
  const { candidate, version } = destination;
  const session = { aws: destination.aws, target: destination.target, clock: systemClock, progress, span };
  const checkUnpublished = (repository: string, platform: string) =>
    span("preflight", () => checkBeforeBuild(session, { version, repository, platform }, settings));
  const release = existing
    ? await findExisting(existing.address, version, destination, progress)
    : options.published
      ? await findPublished(version, destination)
      : await publishCheckout(options, destination, { candidate, version }, checkUnpublished);
  const http = publicUrl(destination, options.url);
  return await rollOut({
    ...session,
    release,
    settings,
    ...patience,
    undo: !options.noUndo,
    ...(http && { http }),
    ...(options.runId !== undefined && { runId: options.runId }),
  });
}

/** @throws InputError when the image is given twice, or when a build is described where none is made. */
function checkSource(options: DeployOptions): void {
  const { image, published, from } = options;
  const given = Object.entries({ from, image, published: published || undefined }).filter(
    ([, one]) => one !== undefined,
  );
  const [first, second] = given.map(([name]) => `--${name}`);
  if (second !== undefined) {
    throw new InputError(
      "two-images",
      `${first} can't be combined with ${second}: each names the image that is deployed. Accepted: one of them.`,
    );
  }
  if (from !== undefined) refuseBuildOptions("--from", options);
}

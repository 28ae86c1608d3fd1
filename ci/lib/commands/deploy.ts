import { writeAudit } from "../audit/write-audit.js";
import { withDescribedErrors } from "../aws/describe-error.js";
import { InputError } from "../common/errors.js";
import { present } from "../common/present.js";
import { readService } from "../ecs/service.js";
import { findExisting, parseExisting } from "../publish/existing-image.js";
import { findPublished } from "../publish/publish-release.js";
import { checkBeforeBuild } from "../rollout/check-before-build.js";
import { eachFindingOnce } from "../rollout/gate.js";
import { readUsualDuration, reportUsual } from "../rollout/history/usual-duration.js";
import { waitForUnlock } from "../rollout/lock/lock.js";
import { type DeployArguments, parseDeploySettings } from "../rollout/plan/deploy-settings.js";
import { serviceChanges, serviceWith } from "../rollout/plan/proposal.js";
import type { RolloutResult } from "../rollout/result.js";
import { checkRunId } from "../rollout/revisions/deploy-request.js";
import { run } from "../rollout/run.js";
import { parseWaitOptions, type WaitArguments } from "../rollout/watch/wait-options.js";
import { openDestination, sessionOf, typed } from "./destination.js";
import { openNotifier } from "./notifications.js";
import { checkedUrls, checkUrl, gateUrls } from "./public-url.js";
import {
  candidateOf,
  checkPublish,
  type PublishOptions,
  publishCheckout,
  refuseBuildOptions,
  versionOf,
} from "./publish.js";
import { checkWhole } from "./whole-number.js";

/** The arguments of deploy. */
export interface DeployOptions extends PublishOptions {
  /** Deploys the version that the registry already has: nothing is tested or built. */
  published: boolean | undefined;
  /** Deploys an image that a registry already has, unchanged: `[HOST/]REPOSITORY:TAG` or with `@sha256:DIGEST`. */
  from: string | undefined;
  /** Public URL of the service, in place of the target's. */
  url: string | undefined;
  /** Idempotency key: distinguishes this deploy from others of the same version. */
  runId: string | undefined;
  /** Changes beside image and version, and findings to ignore. */
  changes: DeployArguments;
  /** Time limit of the rollout, and the actions that are allowed meanwhile. */
  patience: WaitArguments;
  /** Minutes to wait while the service is locked; without them a locked service is refused at once. */
  waitForLock: number | undefined;
  /** True: a deploy that is proven wrong is not rolled back. */
  noUndo: boolean | undefined;
}

/**
 * Tests, builds and publishes a version, rolls it out and returns the result.
 * @throws InputError when the deploy is refused before the service is changed.
 */
export async function deploy(options: DeployOptions): Promise<RolloutResult> {
  checkPublish(options);
  checkSource(options);
  const existing = parseExisting(options);
  checkUrl(options.url);
  checkRunId(options.runId);
  const settings = parseDeploySettings(options.changes);
  const patience = parseWaitOptions(options.patience);
  const lockMinutes = checkWhole("--wait-for-lock", options.waitForLock ?? 0, 0, 720);
  const { span } = options;
  const progress = eachFindingOnce(options.progress);
  const destination = await span("resolve", async () => {
    const opened = await openDestination(options.destination);
    const notifying = await openNotifier(options.destination, opened);
    // A service that can't be deployed to is detected before anything is published for it.
    const now = await readService(opened.aws, opened.target);
    const session = sessionOf(opened, { ...options, progress });
    const usual = readUsualDuration(session, serviceWith(now.service, serviceChanges(now, settings)));
    if (lockMinutes > 0) await withDescribedErrors(waitForUnlock(session, lockMinutes * 60_000));
    const candidate = options.published || existing ? undefined : await candidateOf(options, opened.target);
    const version = existing?.version ?? (await versionOf(options, candidate !== undefined));
    return { ...opened, version, candidate, usual, ...notifying };
  });
  const { candidate, version, listener } = destination;
  const session = sessionOf(destination, { ...options, progress });
  const checkUnpublished = (repository: string, platform: string) =>
    span("preflight", () => checkBeforeBuild(session, { version, repository, platform }, settings));
  const release = existing
    ? await findExisting(existing.address, version, destination, progress)
    : options.published
      ? await findPublished(version, destination)
      : await publishCheckout(options, destination, { candidate, version }, checkUnpublished);
  reportUsual(session, await destination.usual);
  const result = await run({
    ...session,
    release,
    settings,
    ...patience,
    undo: !options.noUndo,
    ...(listener && { listener }),
    ...typed(options.destination),
    ...checkedUrls(destination, options.url),
    ...gateUrls(destination, options.url),
    ...(options.runId !== undefined && { runId: options.runId }),
  });
  const { commit } = release;
  const call = { verb: "deploy" as const, caller: destination.caller, ...present({ commit, run: options.runId }) };
  await writeAudit(session, result, call);
  return result;
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

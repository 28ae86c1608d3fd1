import { withDescribedErrors } from "../aws/describe-error.js";
import { neutralJson } from "../common/foreign-text.js";
import { parseReleaseVersion } from "../config/version.js";
import { readService } from "../ecs/service.js";
import { readableDeployments } from "../ecs/service-deployments.js";
import type { GitSource } from "../image/sources.js";
import { findExisting, parseExisting } from "../publish/existing-image.js";
import { findPublished } from "../publish/publish-release.js";
import { formatPlan } from "../report/plan-text.js";
import { type DeployArguments, parseDeploySettings } from "../rollout/plan/deploy-settings.js";
import { type Proposal, propose } from "../rollout/plan/proposal.js";
import { registeredAt } from "../rollout/revisions/own-revisions.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination, sessionOf } from "./destination.js";
import { versionOf } from "./publish.js";

export interface PlanOptions extends Activity {
  /** The commit's tag or short id where the user passed none. */
  version: string | undefined;
  /** An image that a registry has already, in place of a published version. */
  from: string | undefined;
  git: GitSource;
  destination: DestinationOptions;
  changes: DeployArguments;
}

/** Describes the plan, as text or as JSON. */
export async function showPlan(options: PlanOptions, asJson = false): Promise<string> {
  const plan = await planDeploy(options);
  return asJson ? `${neutralJson(JSON.stringify(plan, null, 2))}\n` : formatPlan(plan, options.from);
}

/**
 * Plans a deploy of a published version, or of an image that exists already. Changes nothing.
 * @throws InputError when the version is not published, or the service is not one that can be deployed to.
 */
async function planDeploy(options: PlanOptions): Promise<Proposal> {
  const existing = parseExisting(options);
  if (options.version !== undefined) parseReleaseVersion(options.version);
  const settings = parseDeploySettings(options.changes);
  const { progress, span } = options;
  const destination = await span("resolve", () => openDestination(options.destination));
  const version = existing?.version ?? (await versionOf(options, false));
  const session = sessionOf(destination, options);
  const now = await readService(session.aws, session.target);
  const [release, deployments] = await Promise.all([
    existing ? findExisting(existing.address, version, destination, progress) : findPublished(version, destination),
    withDescribedErrors(readableDeployments(session, registeredAt(now.current))),
  ]);
  return await withDescribedErrors(propose(session, now, deployments, release, settings));
}

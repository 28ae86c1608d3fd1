import type { Activity } from "./activity.js";
import { systemClock } from "./clock.js";
import { type DestinationOptions, openDestination } from "./destination.js";
import { findPublished } from "./publish.js";
import { registeredAt } from "./rollout/attempt/revisions.js";
import { readService } from "./rollout/ecs/read.js";
import { knownDeployments } from "./rollout/ecs/service-deployments.js";
import { unchanged } from "./rollout/ecs/unchanged.js";
import { type AskedOptions, parseAsked } from "./rollout/plan/asked.js";
import { type Proposal, propose } from "./rollout/plan/proposal.js";
import { parseReleaseVersion } from "./version.js";

/** The arguments of plan. */
export interface PlanOptions extends Pick<Activity, "progress" | "span"> {
  version: string;
  destination: DestinationOptions;
  asked: AskedOptions;
}

/**
 * What a deploy of a published version would do now. Changes nothing.
 * @throws InputError when the version is not published, or the service is not one that can be deployed to.
 */
export async function planDeploy(options: PlanOptions): Promise<Proposal> {
  const version = parseReleaseVersion(options.version);
  const asked = parseAsked(options.asked);
  const { progress, span } = options;
  const destination = await span("resolve", () => openDestination(options.destination));
  const { aws, target } = destination;
  const session = { aws, target, clock: systemClock, progress, span };
  const now = await readService(aws, target);
  const [release, deployments] = await Promise.all([
    findPublished(version, destination),
    unchanged(knownDeployments(session, registeredAt(now.current))),
  ]);
  return await unchanged(propose(session, now, deployments, release, asked));
}

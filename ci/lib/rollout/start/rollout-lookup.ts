import type { Service } from "@aws-sdk/client-ecs";
import { describeService } from "../../ecs/service.js";
import { earliestOf, readableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { readThroughLag } from "../calls/retry.js";
import type { OwnRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";

/** Ids of the deployments that roll out a revision. */
export interface RolloutIds {
  /** Of the classic deployment. */
  deploymentId?: string;
  serviceDeploymentArn?: string;
}
/** The begun rollout of a revision, or the revision that the service is set to instead. */
export type Lookup = { begun: RolloutIds } | { primary: string };

/** Reads only the service, where ECS shows an update first. */
export async function lookUpRollout(session: Session, revision: string): Promise<Lookup> {
  const service = await describeService(session.aws, session.target, session.signal);
  const own = deploymentOf(service, revision);
  if (own) return { begun: own };
  // A deleted service has no deployments any more, and keeps the revision that it was set to.
  return service.taskDefinition === revision ? { begun: {} } : { primary: primaryOn(service) };
}

/** Polls until the rollout is listed or the lag window is over: a deployment in any state counts, the earliest first. */
export function pollForRollout(session: Session, revision: OwnRevision): Promise<Lookup> {
  const read = async (): Promise<Lookup> => {
    const seen = await lookUpRollout(session, revision.arn);
    if ("begun" in seen) return seen;
    const { listed } = await readableDeployments(session, revision.registeredAt);
    const earliest = earliestOf(listed, [revision]);
    return earliest ? { begun: { serviceDeploymentArn: earliest.arn } } : seen;
  };
  return readThroughLag(session, read, (seen) => "begun" in seen);
}

export function deploymentOf(service: Service | undefined, revision: string): RolloutIds | undefined {
  const own = service?.deployments?.find((one) => one.taskDefinition === revision);
  return own && (own.id === undefined ? {} : { deploymentId: own.id });
}

function primaryOn(service: Service): string {
  return primaryOf(service)?.taskDefinition ?? service.taskDefinition ?? "";
}

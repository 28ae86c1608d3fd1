import { AccessDeniedError, isThrottling, isUncertain } from "../../aws/errors.js";
import { abort, sdk } from "../../aws/sdk.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import { describeService } from "../../ecs/service.js";
import { describeServiceDeployment } from "../../ecs/service-deployments.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { type TrafficPhase, trafficPhaseOf } from "../../ecs/states.js";
import { serviceView } from "../../ecs/views.js";
import type { Session } from "../session.js";
import { hasCandidate, isUnfinished } from "./fail-fast-reason.js";

/** Outcome of a rollback request. */
export type RollbackAnswer =
  | "requested"
  /** The state has changed: poll again. */
  | "moved"
  /** The request is not possible; the reason. */
  | { refused: string };

/**
 * Requests a rollback of our service deployment from ECS. The state is read again just before, because there is no conditional stop. A
 * second request has no effect: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 * @param why Kept as a tag on our revision, so that a later call can distinguish our own stop from a user's.
 * @param phases Where production traffic may be; ECS itself rolls back in every stage of an unfinished deployment.
 */
export async function requestRollback(
  session: Session,
  subject: Subject,
  why: string,
  phases: readonly TrafficPhase[],
): Promise<RollbackAnswer> {
  const serviceDeploymentArn = subject.serviceDeploymentArn;
  if (serviceDeploymentArn === undefined) return { refused: "its service deployment is not known" };
  // Without the details nothing shows whether production traffic has shifted already.
  if (subject.listedOnly !== undefined) return { refused: subject.listedOnly };
  const { ecs } = session.aws;
  try {
    if (!(await isStill(session, subject, serviceDeploymentArn, phases))) return "moved";
    await noteQuietly(session, subject.taskDefinition, why);
    const command = new sdk.ecs.StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: "ROLLBACK" });
    await ecs.send(command, abort(session));
    return "requested";
  } catch (error) {
    session.signal?.throwIfAborted();
    if (error instanceof AccessDeniedError) return { refused: `${error.action} is not permitted` };
    if (isMoved(error) || isThrottling(error) || isUncertain(error)) return "moved";
    throw error;
  }
}

/** Ignores a failure: without the note a later call takes our stop for a user's. */
async function noteQuietly(session: Session, revision: string, why: string): Promise<void> {
  try {
    await noteOnRevision(session, revision, "stopped", why);
  } catch {
    session.signal?.throwIfAborted();
  }
}

async function isStill(
  session: Session,
  subject: Subject,
  arn: string,
  phases: readonly TrafficPhase[],
): Promise<boolean> {
  const [service, ours] = await Promise.all([
    describeService(session.aws, session.target, session.signal),
    describeServiceDeployment(session, arn),
  ]);
  const now = { service: serviceView(service), ...(ours && { ours }) } as Snapshot;
  return (
    ours !== undefined &&
    isUnfinished(subject, now) &&
    phases.includes(trafficPhaseOf(ours)) &&
    hasCandidate(subject, now)
  );
}

/** Returns true when the deployment has ended, or is ending, since it was read. */
function isMoved(error: unknown): boolean {
  return [
    "ConflictException",
    "InvalidParameterException",
    "ServiceDeploymentNotFoundException",
    "ClientException",
  ].includes((error as Error).name);
}

/** Writes a note as a tag of one of our revisions, because state outside AWS is lost when the process ends. */
async function noteOnRevision(
  session: Session,
  revision: string,
  name: keyof typeof revisionTag,
  text: string,
): Promise<void> {
  const command = new sdk.ecs.TagResourceCommand({
    resourceArn: revision,
    tags: [{ key: revisionTag[name], value: tagText(text) }],
  });
  await session.aws.ecs.send(command, abort(session));
}

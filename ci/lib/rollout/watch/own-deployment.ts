import { AccessDeniedError } from "../../aws/errors.js";
import {
  describeServiceDeployment,
  earliestOf,
  listServiceDeployments,
  notPermitted,
  type RevisionCache,
} from "../../ecs/service-deployments.js";
import type { ServiceDeploymentView, ServiceView, Subject } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import type { Session } from "../session.js";

/** The subject with the facts that the read added, and its service deployment once ECS lists it. */
export interface OwnDeployment {
  subject: Subject;
  ours?: ServiceDeploymentView;
}

/**
 * Finds and reads our own service deployment. Without permission for its details, its status comes from the list; without the list, the
 * verdict depends on the classic deployments. The subject records the reason.
 */
export async function readOwnDeployment(
  session: Session,
  subject: Subject,
  known: ServiceDeploymentView | undefined,
  revisions: RevisionCache,
  service: ServiceView,
): Promise<OwnDeployment> {
  if (subject.classicOnly) return { subject };
  if (known && isFinished(known.status)) return { subject, ours: known };
  try {
    if (subject.listedOnly) return await seeListed(session, subject, revisions, service);
    const arn = subject.serviceDeploymentArn ?? (await findOurs(session, subject, revisions));
    if (arn === undefined) return { subject };
    const ours = await describeServiceDeployment(session, arn);
    return { subject: { ...subject, serviceDeploymentArn: arn }, ...(ours && { ours }) };
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    if (error.action === "ecs:DescribeServiceDeployments" && !subject.listedOnly) {
      const listed = { ...subject, listedOnly: notPermitted(error) };
      return await readOwnDeployment(session, listed, known, revisions, service);
    }
    const { listedOnly: _, ...rest } = subject;
    return { subject: { ...rest, classicOnly: notPermitted(error) } };
  }
}

/** Reads our service deployment from the list. The early success setting comes from the service then. */
async function seeListed(
  session: Session,
  subject: Subject,
  revisions: RevisionCache,
  { earlySuccess = false }: ServiceView,
): Promise<OwnDeployment> {
  const listed = await listServiceDeployments(session, subject.registeredAt, revisions);
  const ours = subject.serviceDeploymentArn
    ? listed.find(({ arn }) => arn === subject.serviceDeploymentArn)
    : earliestOf(listed, [{ arn: subject.taskDefinition }]);
  if (!ours) return { subject };
  const { taskDefinition: _, target = "", ...rest } = ours;
  return {
    subject: { ...subject, serviceDeploymentArn: ours.arn },
    ours: { ...rest, target, sources: [], earlySuccess, waitingHooks: [], runningHooks: [] },
  };
}

/**
 * Returns the earliest service deployment whose target is our revision. Service.currentServiceDeployment is not used: it may still name
 * the previous one. The list lags too, so an empty first result proves nothing.
 */
async function findOurs(session: Session, subject: Subject, revisions: RevisionCache): Promise<string | undefined> {
  const listed = await listServiceDeployments(session, subject.registeredAt, revisions);
  return earliestOf(listed, [{ arn: subject.taskDefinition }])?.arn;
}

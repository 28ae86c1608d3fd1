import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import { present } from "../../common/present.js";
import { variableOf } from "../../config/version.js";
import { containersOf } from "../../ecs/containers.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import { type ReadableDeployments, readableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf, type Subject } from "../../ecs/snapshot.js";
import { type Change, nextTags, plan } from "../plan/plan.js";
import { hasServiceChange, type ServiceChanges, serviceChanges } from "../plan/proposal.js";
import { refuseBusy } from "../refuse-busy.js";
import { type DeployRequest, revisionTags } from "../revisions/deploy-request.js";
import { findRevisions, type OwnRevision, registeredAt } from "../revisions/own-revisions.js";
import { matchesRegistration } from "../revisions/same-content.js";
import type { Session } from "../session.js";
import type { Baseline } from "../verify/baseline.js";
import { attachToOwn, attachToRunning, type FoundRollout, subjectOf, toFoundRollout } from "./attach.js";
import { supersededBeforeStart } from "./change-errors.js";
import { pollForRollout } from "./rollout-lookup.js";

/** A rollout in progress, or the finished one of the running revision. */
export interface Started {
  subject: Subject;
  /** True when this call found the rollout and did not begin it. */
  attached: boolean;
  /** ARN of the revision that it replaces, where its own tags name it. */
  base?: string;
  changes: Change[];
  /** Changes of the service beside its revision. */
  service: ServiceChanges;
  /** Answers of the public URL before the rollout, where this call began it. */
  baseline?: Baseline;
  /** The same as a tag, where an earlier call began it. */
  probe?: string;
  /** Strategy that the service gets back after the rollout, as a tag. */
  restore?: string;
}

/** Revisions and deployments in ECS where no earlier call of the deploy has begun a rollout. */
export interface Remains {
  /** All revisions of the deploy, and the service's deployments. */
  own: readonly OwnRevision[];
  known: ReadableDeployments;
  /** Start of those deployments, in milliseconds since the epoch on AWS's clock. */
  since: number;
  /** Revision of an earlier call that was killed before its rollout began or was listed. */
  left?: OwnRevision;
}

/**
 * Finds the rollout that an earlier call of the deploy has begun, or that has set the service to what is requested. All state is in AWS:
 * the revision is found by the idempotency key in its tags and by its content, the rollout by its revision.
 * @param timeoutMs Maximum time of the rollout before the verdict is `timed-out`, in milliseconds.
 * @throws InputError when another rollout is in flight; SlipwayError when a concurrent deploy came first.
 */
export async function findRollout(
  session: Session,
  now: CurrentService,
  request: DeployRequest,
  timeoutMs: number,
): Promise<{ started: Started } | { remains: Remains }> {
  const hasRunId = request.runId !== undefined;
  const own = await findOwn(session, now, request);
  const since = Math.min(registeredAt(now.current), ...own.map((one) => one.registeredAt));
  const known = await readableDeployments(session, since);
  const found = attachToOwn(now, known, own, hasRunId) ?? attachToWanted(session, now, known, request);
  if (found) return { started: toStarted(session, request, timeoutMs, found, own) };
  const left = leftOver(now, known, own, hasRunId);
  if (left) refuseMoved(session, now, left);
  const late = left && (await listedLate(session, now, left));
  if (late) return { started: toStarted(session, request, timeoutMs, late, own) };
  await refuseBusy(session, now, known);
  return { remains: { own, known, since, ...(left && { left }) } };
}

/** Finds the revisions that earlier calls of the deploy have registered. */
export function findOwn(session: Session, now: CurrentService, request: DeployRequest): Promise<OwnRevision[]> {
  return findRevisions(session, now, request, (base) => planOn(session, request, base, "").registration);
}

/** Tags of one resource: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
const mostTags = 50;
/** The records of two deploy tasks and of notifications, and the note of a fail-fast stop. */
const laterTags = 4;

/** Plans the deploy's revision on top of `base`. */
export function planOn({ target, clock }: Session, request: DeployRequest, base: RawTaskDefinition, hash: string) {
  const own = revisionTags(target, request, String(base.taskDefinition.taskDefinitionArn), hash, clock.now());
  const { source = base, release, settings, runId } = request;
  const hasRoom = nextTags(source.tags, own).length < mostTags - laterTags;
  const tags = { ...own, ...(runId !== undefined && hasRoom && { [revisionTag.run]: tagText(runId) }) };
  return plan(source, containersOf(target), release, tags, settings.overrides, variableOf(target));
}

/** The running rollout counts as this deploy's own when it has everything requested, the variables and the desired count included. */
function attachToWanted(
  session: Session,
  now: CurrentService,
  known: ReadableDeployments,
  request: DeployRequest,
): FoundRollout | undefined {
  const { registration } = planOn(session, request, now.current, "");
  const isAsItIs =
    matchesRegistration(now.current.taskDefinition, registration) &&
    !hasServiceChange(serviceChanges(now, request.settings));
  return isAsItIs && !request.settings.force ? attachToRunning(now, known, request.release) : undefined;
}

/** Describes a rollout that was found, as the one of this call. */
export function toStarted(
  session: Session,
  { release }: DeployRequest,
  timeoutMs: number,
  found: FoundRollout,
  own: readonly OwnRevision[],
): Started {
  const subject = subjectOf(session.target, release, found, session.clock.now() + timeoutMs);
  const { base, probe, stopped, restore } = own.find(({ arn }) => arn === found.taskDefinition) ?? {};
  return {
    subject: { ...subject, ...(stopped !== undefined && { rollback: { why: stopped } }) },
    attached: true,
    changes: [],
    service: {},
    ...present({ base, probe, restore }),
  };
}

function refuseMoved({ target }: Session, { running }: CurrentService, { arn, base }: OwnRevision): void {
  if (running.taskDefinition !== base) throw supersededBeforeStart(target.service, arn, running.taskDefinition);
}

/** Returns the revision of an earlier call that was killed before its rollout began or was listed. */
function leftOver(
  now: CurrentService,
  known: ReadableDeployments,
  own: readonly OwnRevision[],
  hasRunId: boolean,
): OwnRevision | undefined {
  if (known.classicOnly !== undefined) {
    if (hasRunId && own.length > 0) throw unknowable(known.classicOnly);
    return undefined;
  }
  const unspent = own.filter(({ arn }) => !known.listed.some((one) => one.taskDefinition === arn));
  // Without a run id, a revision with another base than the running one belongs to an earlier deploy.
  return unspent.find(({ base }) => hasRunId || base === now.running.taskDefinition);
}

/** ECS may already roll back a deployment that its list does not show yet: the service then returns to the earlier revision. */
async function listedLate(
  session: Session,
  { service }: CurrentService,
  left: OwnRevision,
): Promise<FoundRollout | undefined> {
  const primary = primaryOf(service);
  if (primary?.rolloutState !== "IN_PROGRESS") return undefined;
  const seen = await pollForRollout(session, left);
  return "begun" in seen ? { ...toFoundRollout(left), ...seen.begun } : undefined;
}

function unknowable(why: string): InputError {
  return new InputError(
    "attempt-unknowable",
    `This run has registered its revision before, and whether it was rolled out can't be seen: ${why}. Permit it, or deploy with another run id.`,
  );
}

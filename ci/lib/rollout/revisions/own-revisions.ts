import { describeTaskDefinition, type JsonObject, type RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { abort, sdk } from "../../aws/sdk.js";
import { present } from "../../common/present.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import type { Session } from "../session.js";
import { type DeployRequest, idempotencyKey } from "./deploy-request.js";
import { matchesRegistration } from "./same-content.js";

/** A revision that this deploy has registered. */
export interface OwnRevision {
  arn: string;
  /** ARN of the revision that it was made from. */
  base: string;
  /** Milliseconds since the epoch, on AWS's clock. */
  registeredAt: number;
  /** Tag with the answer of the public URL before its rollout. */
  probe?: string;
  /** Reason for which we stopped its rollout. */
  stopped?: string;
  /** Strategy that the service gets back after its rollout, as `strategyTag` encodes it. */
  restore?: string;
}

/** Number of the family's newest revisions that are searched. */
const searched = 20;

/**
 * Finds the revisions that earlier calls of this deploy have registered, the lowest first: usually none or one, and two after a lost
 * answer. No API finds revisions by tag, so the service's current revision and the family's newest active ones are read. A revision older
 * than the current one matters only with a run id, because another deploy may have replaced it, or when the current one rolls it back.
 * @param registrationOn Returns the registration of this deploy on a given base: key and content must both match.
 */
export async function findRevisions(
  session: Session,
  now: CurrentService,
  request: DeployRequest,
  registrationOn: (base: RawTaskDefinition) => JsonObject,
): Promise<OwnRevision[]> {
  const key = idempotencyKey(session.target, request);
  const current = String(now.current.taskDefinition.taskDefinitionArn);
  const newest = (await newestRevisions(session)).filter((arn) => arn !== current);
  const younger = newest.filter((arn) => revisionNumber(arn) > revisionNumber(current));
  const rolledBack = rolledBackBy(now.current) ?? [];
  const arns = new Set(request.runId === undefined ? younger.concat(rolledBack) : newest.concat(rolledBack));
  const others = await Promise.all([...arns].map((arn) => describeRevision(session, arn)));
  const own: OwnRevision[] = [];
  for (const revision of [now.current, ...others]) {
    const base = tagOf(revision, revisionTag.base);
    if (tagOf(revision, revisionTag.attempt) !== key || base === undefined) continue;
    const isKnown = revision === now.current || base === current;
    const madeFrom = isKnown ? now.current : await describeRevision(session, base);
    if (matchesRegistration(revision.taskDefinition, registrationOn(madeFrom))) own.push(ownRevision(revision, base));
  }
  return own.sort((a, b) => revisionNumber(a.arn) - revisionNumber(b.arn));
}

export function ownRevision(revision: RawTaskDefinition, base: string): OwnRevision {
  const { taskDefinitionArn } = revision.taskDefinition;
  return {
    arn: String(taskDefinitionArn),
    base,
    registeredAt: registeredAt(revision),
    ...present({
      probe: tagOf(revision, revisionTag.probe),
      stopped: tagOf(revision, revisionTag.stopped),
      restore: tagOf(revision, revisionTag.restore),
    }),
  };
}

/** Returns the ARN of the revision that this one rolls back; undefined when it is no automatic rollback. */
export function rolledBackBy(revision: RawTaskDefinition): string | undefined {
  return tagOf(revision, revisionTag.verb) === "undo" ? tagOf(revision, revisionTag.base) : undefined;
}

/** Returns the time of registration in milliseconds since the epoch, on AWS's clock. */
export function registeredAt({ taskDefinition }: RawTaskDefinition): number {
  return Number(taskDefinition.registeredAt ?? 0) * 1000;
}

export function tagOf({ tags }: RawTaskDefinition, key: string): string | undefined {
  return tags.find((one) => one.key === key)?.value;
}

/** Reads the newest active revisions of the family, the newest first. */
export async function newestRevisions(session: Session): Promise<string[]> {
  const { aws, target } = session;
  const command = new sdk.ecs.ListTaskDefinitionsCommand({
    familyPrefix: target.family,
    status: "ACTIVE",
    sort: "DESC",
    maxResults: searched,
  });
  const { taskDefinitionArns } = await aws.ecs.send(command, abort(session));
  return taskDefinitionArns ?? [];
}

/** Reads a revision with its tags and keeps every member. */
export function describeRevision({ aws, signal }: Session, arn: string): Promise<RawTaskDefinition> {
  return describeTaskDefinition(aws.ecs, arn, signal);
}

export function revisionNumber(arn: string): number {
  return Number(arn.split(":").at(-1));
}

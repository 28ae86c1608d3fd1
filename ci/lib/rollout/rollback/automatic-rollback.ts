import type { Service, ServiceRevision } from "@aws-sdk/client-ecs";
import { nameIn } from "../../aws/arn.js";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { SlipwayError } from "../../common/errors.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { rollbackGoalIn } from "../../ecs/event-messages.js";
import { describeService } from "../../ecs/service.js";
import { describeRevisions } from "../../ecs/service-deployments.js";
import { primaryOf, type ServiceDeploymentView, type Subject } from "../../ecs/snapshot.js";
import { describeRevision, type OwnRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import { noSpan } from "../span.js";
import { type ServiceUpdate, update } from "../start/update.js";
import { rolloutTimeLimit } from "../watch/deadline.js";
import { readTargetGroups } from "../watch/target-groups.js";
import { type WatchedRollout, watch } from "../watch/watch.js";
import { restoredFields } from "./restored-fields.js";
import { rollbackRevision } from "./rollback-revision.js";
import { rollbackSource, startableSource } from "./rollback-source.js";

/** A rollout that needs an automatic rollback. */
export interface FailedRollout {
  subject: Subject;
  /** Its service deployment, where it could be read. */
  ours?: ServiceDeploymentView;
  /** ARN of the revision that it was made from. */
  base: string;
  /** Continues `because …`. */
  why: string;
  /** Where the rollout has changed the desired count. */
  desiredCount?: { from: number; to: number };
}

/** Outcome of an automatic rollback. */
export type AutomaticRollback = { why: string } & (
  | {
      /** What the service returns to. */
      to: Running;
      /** ARN of the copy of it that is rolled out. */
      taskDefinition: string;
      watched: WatchedRollout;
    }
  | { refused: string }
);

/**
 * Takes a rollout back: a copy of what ran well before is rolled out in its place, with the service as it was then, and watched to its
 * end. A copy, because a rollout is known by its revision. It is a second UpdateService, because StopServiceDeployment works only on what
 * is unfinished.
 */
export async function rollBackAutomatically(session: Session, undoing: FailedRollout): Promise<AutomaticRollback> {
  const { span = noSpan } = session;
  return await span("automatic rollback", () => performRollback(session, undoing), failureOf);
}

function failureOf(undone: AutomaticRollback): string | undefined {
  if ("refused" in undone) return undone.refused;
  const { verdict, reason } = undone.watched.judgement;
  return verdict.startsWith("deployed") || verdict === "nothing-ran" ? undefined : `${verdict}: ${reason}`;
}

async function performRollback(session: Session, undoing: FailedRollout): Promise<AutomaticRollback> {
  const { subject, why } = undoing;
  try {
    const service = await describeService(session.aws, session.target, session.signal);
    const [current = "", undone] = [service.taskDefinition, subject.taskDefinition];
    const source = await sourceOf(session, undoing);
    const base = String(source.taskDefinition.taskDefinitionArn);
    const { left, register } = await rollbackRevision(session, source, { current, undone, why });
    if (!left && !isStillOurs(service, subject)) return { why, refused: `the service is now set to ${current}` };
    if (left && subject.classicOnly !== undefined && isBackOnOurs(service, subject, left)) {
      return { why, refused: `${nameIn(left.arn)} was already rolled out as the rollback, and ECS rolled it back` };
    }
    session.progress(`Rolling back to ${nameIn(base)}, because ${why}.`);
    const { now, before } = await serviceRevisions(session, { ...undoing, base });
    const groups = await readTargetGroups(session, service);
    const revision = left ?? (await register());
    const changes: ServiceUpdate = {
      ...(now && before && restoredFields(now, before)),
      ...formerCount(service, undoing),
    };
    const begun = await update(session, revision, changes, !left);
    const to = withDigest(runningOf(source, session.target), before);
    const back: Subject = {
      ...begun,
      taskDefinition: revision.arn,
      container: subject.container,
      digests: to.digest === undefined ? [] : [to.digest],
      registeredAt: revision.registeredAt,
      deadline: session.clock.now() + rolloutTimeLimit(service, source.taskDefinition, groups).ms,
      ...(subject.classicOnly !== undefined && { classicOnly: subject.classicOnly }),
      ...(subject.listedOnly !== undefined && { listedOnly: subject.listedOnly }),
    };
    return { why, to, taskDefinition: revision.arn, watched: await watch(session, back, eventsOf(service)) };
  } catch (error) {
    session.signal?.throwIfAborted();
    if (!(error instanceof SlipwayError)) throw error;
    return { why, refused: error.message };
  }
}

/** The revision that is brought back. */
async function sourceOf(session: Session, { subject, base }: FailedRollout): Promise<RawTaskDefinition> {
  const made = await describeRevision(session, base);
  const goal = await rollbackSource(session, made, subject.taskDefinition);
  if (goal !== base)
    session.progress(
      `${nameIn(base)} never succeeded itself; rolling back to ${nameIn(goal)}, the last revision that did.`,
    );
  const source = goal === base ? made : await describeRevision(session, goal);
  return await startableSource(session, source, subject.taskDefinition);
}

/** The primary deployment is the very one that is taken back. Another deploy may have brought the same revision again since. */
function isStillOurs(service: Service, { taskDefinition, deploymentId }: Subject): boolean {
  const primary = primaryOf(service);
  return primary?.taskDefinition === taskDefinition && (deploymentId === undefined || primary.id === deploymentId);
}

/** What the list of service deployments would tell: an undo was begun, and the service is set to ours again since. */
function isBackOnOurs(service: Service, { taskDefinition }: Subject, { registeredAt }: OwnRevision): boolean {
  const primary = primaryOf(service);
  if (primary?.taskDefinition !== taskDefinition) return false;
  const isSince = (time: Date | undefined) => (time?.getTime() ?? 0) > registeredAt;
  // ECS has been seen to make a new deployment, and to keep the id of the old one.
  return (
    isSince(primary.createdAt) ||
    service.events?.some((one) => isSince(one.createdAt) && rollbackGoalIn(one.message ?? "") !== undefined) === true
  );
}

/** The service as the rollout has it and as it was before; nothing where that can't be read or is not of the base. */
async function serviceRevisions(
  session: Session,
  { ours, base }: FailedRollout,
): Promise<{ now?: ServiceRevision; before?: ServiceRevision }> {
  if (!ours) return {};
  const found = await describeRevisions(session, [ours.target, ...ours.sources]);
  const now = found.get(ours.target);
  const before = ours.sources.map((arn) => found.get(arn)).find((one) => one?.taskDefinition === base);
  return { ...(now && { now }), ...(before && { before }) };
}

/** The count is set back only while it is what the rollout has set: autoscaling may have moved it since. */
function formerCount({ desiredCount: now }: Service, { desiredCount }: FailedRollout): ServiceUpdate {
  return desiredCount && desiredCount.to === now ? { desiredCount: desiredCount.from } : {};
}

/** What a revision that names its image by a tag has run is kept in its service revision. */
function withDigest(running: Running, revision: ServiceRevision | undefined): Running {
  const image = revision?.containerImages?.find(({ image: name }) => name === running.image);
  const digest = running.digest ?? image?.imageDigest;
  return { ...running, ...(digest !== undefined && { digest }) };
}

function eventsOf(service: Service): ReadonlySet<string> {
  return new Set(service.events?.map(({ id = "" }) => id));
}

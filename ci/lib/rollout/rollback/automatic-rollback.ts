import type { Service, ServiceRevision } from "@aws-sdk/client-ecs";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { nameIn } from "../../common/aws-names.js";
import { SlipwayError } from "../../common/errors.js";
import { present } from "../../common/present.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { rollbackGoalIn } from "../../ecs/event-messages.js";
import { describeService, eventIds } from "../../ecs/service.js";
import { describeRevisions } from "../../ecs/service-deployments.js";
import { primaryOf, type ServiceDeploymentView, type Subject } from "../../ecs/snapshot.js";
import { describeRevision, type OwnRevision } from "../revisions/own-revisions.js";
import { noSpan, type Session } from "../session.js";
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
  /** Present when the rollout has changed the desired count. */
  desiredCount?: { from: number; to: number };
}

/** Outcome of an automatic rollback. */
export type AutomaticRollback = { why: string } & (
  | {
      /** Version and image that the service returns to. */
      to: Running;
      /** ARN of the copy of its revision that is rolled out. */
      taskDefinition: string;
      watched: WatchedRollout;
    }
  | { refused: string }
);

/**
 * Rolls back automatically: rolls out a copy of the last successful revision, restores the service's settings, and watches the rollout
 * to its end. It takes a copy, because a rollout is identified by its revision, and a second UpdateService, because
 * StopServiceDeployment accepts only unfinished deployments.
 */
export async function rollBackAutomatically(session: Session, rollout: FailedRollout): Promise<AutomaticRollback> {
  const { span = noSpan } = session;
  return await span("automatic rollback", () => performRollback(session, rollout), failureOf);
}

function failureOf(outcome: AutomaticRollback): string | undefined {
  if ("refused" in outcome) return outcome.refused;
  const { verdict, reason } = outcome.watched.judgement;
  return verdict.startsWith("deployed") || verdict === "nothing-ran" ? undefined : `${verdict}: ${reason}`;
}

async function performRollback(session: Session, rollout: FailedRollout): Promise<AutomaticRollback> {
  const { subject, why } = rollout;
  try {
    const service = await describeService(session.aws, session.target, session.signal);
    const [current = "", failed] = [service.taskDefinition, subject.taskDefinition];
    const source = await sourceOf(session, rollout);
    const base = String(source.taskDefinition.taskDefinitionArn);
    const { left, register } = await rollbackRevision(session, source, { current, failed, why });
    if (!left && !isStillOurs(service, subject)) return { why, refused: `the service is now set to ${current}` };
    if (left && subject.classicOnly !== undefined && isBackOnOurs(service, subject, left)) {
      return { why, refused: `${nameIn(left.arn)} was already rolled out as the rollback, and ECS rolled it back` };
    }
    session.progress(`Rolling back to ${nameIn(base)}, because ${why}.`);
    const { now, before } = await serviceRevisions(session, { ...rollout, base });
    const groups = await readTargetGroups(session, service);
    const revision = left ?? (await register());
    const changes: ServiceUpdate = {
      ...(now && before && restoredFields(now, before)),
      ...formerCount(service, rollout),
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
      ...present({ classicOnly: subject.classicOnly, listedOnly: subject.listedOnly }),
    };
    return { why, to, taskDefinition: revision.arn, watched: await watch(session, back, eventIds(service)) };
  } catch (error) {
    session.signal?.throwIfAborted();
    if (!(error instanceof SlipwayError)) throw error;
    return { why, refused: error.message };
  }
}

/** Returns the revision that the service returns to. */
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

/** Returns true while the primary deployment is the one to roll back. Another deploy may have rolled out the same revision since. */
function isStillOurs(service: Service, { taskDefinition, deploymentId }: Subject): boolean {
  const primary = primaryOf(service);
  return primary?.taskDefinition === taskDefinition && (deploymentId === undefined || primary.id === deploymentId);
}

/** Returns true when an automatic rollback began and the service was set to our revision again since. */
function isBackOnOurs(service: Service, { taskDefinition }: Subject, { registeredAt }: OwnRevision): boolean {
  const primary = primaryOf(service);
  if (primary?.taskDefinition !== taskDefinition) return false;
  const isSince = (time: Date | undefined) => (time?.getTime() ?? 0) > registeredAt;
  // ECS makes a new deployment or keeps the id of the old one: both were observed.
  return (
    isSince(primary.createdAt) ||
    service.events?.some((one) => isSince(one.createdAt) && rollbackGoalIn(one.message ?? "") !== undefined) === true
  );
}

/** Reads the service revisions of the rollout and of its base; none where they can't be read or are not of the base. */
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

/** Restores the desired count only while it is the one that the rollout set: autoscaling may have changed it since. */
function formerCount({ desiredCount: now }: Service, { desiredCount }: FailedRollout): ServiceUpdate {
  return desiredCount && desiredCount.to === now ? { desiredCount: desiredCount.from } : {};
}

/** A service revision keeps the digest that an image tag was resolved to. */
function withDigest(running: Running, revision: ServiceRevision | undefined): Running {
  const image = revision?.containerImages?.find(({ image: name }) => name === running.image);
  const digest = running.digest ?? image?.imageDigest;
  return { ...running, ...(digest !== undefined && { digest }) };
}

import { isDeepStrictEqual } from "node:util";
import { manifestsIn } from "../../ecs/manifests.js";
import { describeService, isNotFound } from "../../ecs/service.js";
import type { RevisionCache } from "../../ecs/service-deployments.js";
import { primaryOf, type ServiceView, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { isServing } from "../../ecs/states.js";
import { listTasks } from "../../ecs/tasks.js";
import { serviceView } from "../../ecs/views.js";
import type { Session } from "../session.js";
import { lightPoll, mayLightPoll } from "./light-poll.js";
import { type OwnDeployment, readOwnDeployment } from "./own-deployment.js";
import { isEnding } from "./phase.js";

/** A look at ECS, and the subject with what was learnt of it by the way. */
export interface Observation {
  subject: Subject;
  snapshot: Snapshot;
}
export type Observer = (subject: Subject, previous?: Snapshot) => Promise<Observation>;

/** Milliseconds after which it is read again though the service shows nothing new. */
const staleAfter = {
  /** A stop that somebody asks for can be seen there alone. */
  deployment: 20_000,
  /** Their health is told nowhere else. */
  tasks: 60_000,
  /** An exit code can come half a minute after the exit. */
  stoppingTasks: 10_000,
};

/**
 * Makes the function that looks at ECS. Tasks are read again only when something has moved, to stay far inside the API's limits, and
 * while the first tasks start every other look is a glance at our service deployment alone.
 */
export function observer(session: Session): Observer {
  const revisions: RevisionCache = new Map();
  const stopped = new Map<string, TaskView>();
  let manifests: string[] | undefined;

  return async (before, previous) => {
    if (!previous || !mayLightPoll(before, previous)) return await look(before, previous);
    const seen = await readOwnDeployment(session, before, previous.ours, revisions, previous.service);
    return isDeepStrictEqual(seen.ours, previous.ours)
      ? { subject: seen.subject, snapshot: lightPoll(previous, session.clock.now()) }
      : await look(seen.subject, previous, seen);
  };

  /** @param known Our service deployment, where it has just been read. */
  async function look(before: Subject, previous?: Snapshot, known?: OwnDeployment): Promise<Observation> {
    const service = await readView(session, previous?.service);
    const at = session.clock.now();
    const isKept = service.notFound !== undefined || (previous && !needsOurs(previous, service, at));
    const kept = !known && isKept ? previous : undefined;
    const { subject: found, ours } = kept
      ? { subject: before, ours: kept.ours }
      : (known ?? (await readOwnDeployment(session, before, previous?.ours, revisions, service)));
    const oursAt = kept?.oursAt ?? at;
    if (service.notFound !== undefined && previous) {
      return { subject: found, snapshot: { ...previous, at, service, oursAt, ...(ours && { ours }) } };
    }
    const isFresh = previous && !needsTasks(found, previous, service, at);
    const tasks = isFresh ? previous.tasks : await listTasks(session, stopped);
    const tasksAt = isFresh ? previous.tasksAt : at;
    const snapshot: Snapshot = { at, service, tasks, tasksAt, oursAt, ...(ours && { ours }) };
    const unlike = manifests ? [] : tasks.filter((task) => isUnlike(found, task));
    if (unlike.length > 0) manifests = await readManifests(found, unlike);
    const digests = [...new Set([...found.digests, ...(manifests ?? [])])];
    return { subject: { ...found, digests }, snapshot };
  }

  /**
   * Where the image's index can't be read, the digests of the revision's own tasks count as the image: ECS starts them from the digest
   * that the revision names.
   */
  async function readManifests(subject: Subject, unlike: readonly TaskView[]): Promise<string[]> {
    const read = await manifestsIn(session, subject);
    if ("value" in read) return read.value;
    session.progress(
      `The digests of the tasks are not compared: the manifests of the image can't be read (${read.unknown}).`,
    );
    return unlike.flatMap(
      ({ containers }) => containers.find(({ name }) => name === subject.container)?.imageDigest ?? [],
    );
  }
}

/** @param known The service as it was seen before: what is not found then was not mistyped, but deleted since. */
async function readView(session: Session, known: ServiceView | undefined): Promise<ServiceView> {
  try {
    return serviceView(await describeService(session.aws, session.target, session.signal));
  } catch (error) {
    if (!known || !isNotFound(error)) throw error;
    const { cluster, service } = session.target;
    const what = error.code === "no-cluster" ? `cluster "${cluster}"` : `service "${service}" in cluster "${cluster}"`;
    return { ...known, notFound: `ECS does not know ${what} any more.` };
  }
}

/** Our service deployment is read while it is not found, when the service has moved, and where it alone can tell of an end. */
function needsOurs({ ours, oursAt = 0, service: before }: Snapshot, service: ServiceView, at: number): boolean {
  return (
    !ours ||
    isEnding(ours.status) ||
    primaryOf(service)?.rolloutState === "COMPLETED" ||
    at - oursAt >= staleAfter.deployment ||
    fingerprint(before) !== fingerprint(service)
  );
}

/** The tasks are read when the service has moved, when all but them says `deployed`, and when they may have changed unseen. */
function needsTasks(subject: Subject, previous: Snapshot, service: ServiceView, at: number): boolean {
  if (primaryOf(service)?.rolloutState === "COMPLETED") return true;
  const age = at - previous.tasksAt;
  if (age < respite(previous.tasks.length)) return false;
  return age >= staleness(subject, previous) || fingerprint(previous.service) !== fingerprint(service);
}

/**
 * Milliseconds for which tasks are left alone though something has moved: a second for each page of 100, where there is more than one.
 * Tasks that crash again and again are listed for an hour, and reading them at each move costs more calls than all else together.
 */
function respite(tasks: number): number {
  return tasks <= 100 ? 0 : Math.ceil(tasks / 100) * 1000;
}

function staleness({ taskDefinition }: Subject, { tasks }: Snapshot): number {
  const own = tasks.filter((task) => task.taskDefinition === taskDefinition);
  if (own.length === 0) return Number.POSITIVE_INFINITY;
  const isStopping = own.some((task) => task.desiredStatus === "STOPPED" && task.lastStatus !== "STOPPED");
  return isStopping ? staleAfter.stoppingTasks : staleAfter.tasks;
}

function fingerprint(service: ServiceView): string {
  const known = fingerprints.get(service);
  if (known !== undefined) return known;
  const { deployments, runningCount, pendingCount, events } = service;
  const made = JSON.stringify([deployments, runningCount, pendingCount, events[0]?.id]);
  fingerprints.set(service, made);
  return made;
}
/** A view never changes, and is compared with the one before and the one after it, twice each. */
const fingerprints = new WeakMap<ServiceView, string>();

/** A serving task of our revision tells another digest than ours: either an index is behind it, or something is wrong. */
function isUnlike(subject: Subject, task: TaskView): boolean {
  const digest = task.containers.find(({ name }) => name === subject.container)?.imageDigest;
  const isOurs = task.taskDefinition === subject.taskDefinition && isServing(task);
  return isOurs && digest !== undefined && subject.digests.length > 0 && !subject.digests.includes(digest);
}

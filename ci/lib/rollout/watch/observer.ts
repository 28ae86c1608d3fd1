import { isDeepStrictEqual } from "node:util";
import { manifestsIn } from "../../ecs/ecr-images.js";
import { describeService, isNotFound } from "../../ecs/service.js";
import type { RevisionCache } from "../../ecs/service-deployments.js";
import { primaryOf, type ServiceView, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { isServing } from "../../ecs/states.js";
import { describeTasks, listTasks } from "../../ecs/tasks.js";
import { serviceView } from "../../ecs/views.js";
import type { Session } from "../session.js";
import { mayPause, pausePace } from "./expected-pause.js";
import { lightPoll, mayLightPoll } from "./light-poll.js";
import { type OwnDeployment, readOwnDeployment } from "./own-deployment.js";
import { isEnding, ownTasks } from "./phase.js";

/** A snapshot of ECS, and the subject with the facts that the poll added. */
export interface Observation {
  subject: Subject;
  snapshot: Snapshot;
}
/** Polls ECS. `earlier` are the snapshots until now. */
export type Observer = (subject: Subject, earlier?: readonly Snapshot[]) => Promise<Observation>;

/** Milliseconds after which each is read again although the service shows no change. */
const staleAfter = {
  /** A stop requested by a user is visible only there. */
  deployment: 20_000,
  /** The same while a pause may begin: the poll after this one would be too late. */
  pausing: pausePace / 2,
  /** Only the tasks show their health. */
  tasks: 60_000,
  /** ECS can add an exit code 30 s after the exit. */
  stoppingTasks: 10_000,
  /** The end of their containers shows when they will have stopped. */
  leavingTasks: 4_000,
};

/**
 * Creates the function that polls ECS. It reads tasks again only after a change, to stay far below the API's rate limits. While the first
 * tasks start, every second poll is light: it reads only our service deployment.
 */
export function observer(session: Session): Observer {
  const revisions: RevisionCache = new Map();
  const stopped = new Map<string, TaskView>();
  let manifests: string[] | undefined;
  let listedAt = Number.NEGATIVE_INFINITY;

  return async (before, earlier = []) => {
    const previous = earlier.at(-1);
    const mayWait = mayPause(before, earlier, session.clock.now() - (previous?.at ?? 0));
    if (!previous || !mayLightPoll(before, previous, mayWait)) return await poll(before, mayWait, previous);
    const seen = await readOwnDeployment(session, before, previous.ours, revisions, previous.service);
    // The last poll before `timed-out` reads everything.
    const isEnough = isDeepStrictEqual(seen.ours, previous.ours) && session.clock.now() < before.deadline;
    return isEnough
      ? { subject: seen.subject, snapshot: lightPoll(previous, session.clock.now()) }
      : await poll(seen.subject, mayWait, previous, seen);
  };

  /** @param mayWait A pause may begin. @param known Our service deployment, when it has just been read. */
  async function poll(
    before: Subject,
    mayWait: boolean,
    previous?: Snapshot,
    known?: OwnDeployment,
  ): Promise<Observation> {
    const service = await readView(session, previous?.service);
    const at = session.clock.now();
    const isKept = service.notFound !== undefined || (previous && !needsOurs(before, previous, service, at, mayWait));
    const kept = !known && isKept ? previous : undefined;
    const isFresh = previous && (service.notFound !== undefined || !needsTasks(before, previous, service, at));
    const [{ subject: found, ours }, tasks] = await Promise.all([
      kept
        ? { subject: before, ours: kept.ours }
        : (known ?? readOwnDeployment(session, before, previous?.ours, revisions, service)),
      isFresh ? previous.tasks : readTasks(previous, service, at),
    ]);
    const oursAt = kept?.oursAt ?? at;
    const tasksAt = isFresh ? previous.tasksAt : at;
    const snapshot: Snapshot = { at, service, tasks, tasksAt, oursAt, ...(ours && { ours }) };
    if (service.notFound !== undefined) return { subject: found, snapshot };
    const unmatched = manifests ? [] : tasks.filter((task) => isUnmatched(found, task));
    if (unmatched.length > 0) manifests = await readManifests(found, unmatched);
    const digests = [...new Set([...found.digests, ...(manifests ?? [])])];
    return { subject: { ...found, digests }, snapshot };
  }

  /** Lists the tasks only where there can be new ones; the known ones are described without the lists. */
  async function readTasks(previous: Snapshot | undefined, service: ServiceView, at: number): Promise<TaskView[]> {
    if (!previous || at - listedAt >= staleAfter.tasks || mayHaveNewTasks(previous, service)) {
      listedAt = at;
      const isHurried = primaryOf(service)?.rolloutState === "COMPLETED";
      return await listTasks(session, stopped, previous?.tasks ?? [], isHurried);
    }
    const arns = previous.tasks.map(({ arn }) => arn);
    const live = arns.filter((arn) => !stopped.has(arn));
    return [...arns.flatMap((arn) => stopped.get(arn) ?? []), ...(await describeTasks(session, stopped, live))];
  }

  /**
   * Reads the manifests of the image's index. When the index can't be read, the digests of the revision's own tasks count as the image:
   * ECS starts them from the digest that the revision names.
   */
  async function readManifests(subject: Subject, unmatched: readonly TaskView[]): Promise<string[]> {
    const read = await manifestsIn(session, subject);
    if ("value" in read) return read.value;
    session.progress(
      `The digests of the tasks are not compared: the manifests of the image can't be read (${read.unknown}).`,
    );
    return unmatched.flatMap(
      ({ containers }) => containers.find(({ name }) => name === subject.container)?.imageDigest ?? [],
    );
  }
}

/** @param known The previous view of the service: when it exists, a missing service was deleted since, not mistyped. */
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

/**
 * Our service deployment is read when the service has changed, and when only it can show the end. Where light polls alternate with full
 * ones, the next light poll reads it, unless the deployments themselves have changed.
 */
function needsOurs(subject: Subject, previous: Snapshot, service: ServiceView, at: number, mayWait: boolean): boolean {
  const { ours, oursAt = 0, service: before } = previous;
  if (isEnding(ours?.status) || primaryOf(service)?.rolloutState === "COMPLETED") return true;
  // Before `timed-out`, a hook may wait by now.
  if (at >= subject.deadline) return true;
  const stale = mayWait ? staleAfter.pausing : staleAfter.deployment;
  if (at - oursAt >= stale || statesOf(before) !== statesOf(service)) return true;
  const { isLightPoll: _, ...full } = previous;
  return fingerprint(before) !== fingerprint(service) && !mayLightPoll(subject, { ...full, at, service });
}

function statesOf({ deployments }: ServiceView): string {
  return deployments.map(({ id, status, rolloutState }) => `${id} ${status} ${rolloutState}`).join();
}

/** An event of ECS names each task that it starts, and the counts show tasks whose events are not among the last hundred any more. */
function mayHaveNewTasks({ service: before, tasks }: Snapshot, service: ServiceView): boolean {
  if (primaryOf(service)?.rolloutState === "COMPLETED") return true;
  const seen = new Set(before.events.map(({ id }) => id));
  const news = service.events.filter(({ id }) => !seen.has(id));
  if (news.length > 0 && news.length === service.events.length) return true;
  if (news.some(({ message }) => message.includes("has started "))) return true;
  return service.deployments.some(({ taskDefinition, runningCount, pendingCount, failedTasks }) => {
    const live = tasks.filter((task) => task.taskDefinition === taskDefinition && task.lastStatus !== "STOPPED");
    const failed = before.deployments.find((one) => one.taskDefinition === taskDefinition)?.failedTasks ?? 0;
    return runningCount + pendingCount > live.length || failedTasks > failed;
  });
}

/** Tasks are read when the service has changed, when the other witnesses hold, and when the last read is too old. */
function needsTasks(subject: Subject, previous: Snapshot, service: ServiceView, at: number): boolean {
  if (primaryOf(service)?.rolloutState === "COMPLETED") return true;
  const age = at - previous.tasksAt;
  if (age < minimumTaskAge(previous.tasks.length)) return false;
  return age >= staleness(subject, previous) || fingerprint(previous.service) !== fingerprint(service);
}

/**
 * Minimum time between two reads of the tasks, in milliseconds: a second for each page of 100 when there is more than one page. Tasks that
 * crash in a loop are listed for an hour, and reading them at each change costs more calls than everything else together.
 */
function minimumTaskAge(tasks: number): number {
  return tasks <= 100 ? 0 : Math.ceil(tasks / 100) * 1000;
}

function staleness(subject: Subject, { tasks }: Snapshot): number {
  const own = ownTasks(subject, tasks);
  if (own.length === 0) return Number.POSITIVE_INFINITY;
  const isLeaving = tasks.some(({ lastStatus }) => lastStatus === "DEACTIVATING" || lastStatus === "STOPPING");
  if (isLeaving) return staleAfter.leavingTasks;
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
/** Caches fingerprints: a view never changes, and is compared with the previous and the next one, twice each. */
const fingerprints = new WeakMap<ServiceView, string>();

/** A serving task of our revision has another digest than ours: the image is an index, or the task runs a wrong image. */
function isUnmatched(subject: Subject, task: TaskView): boolean {
  const digest = task.containers.find(({ name }) => name === subject.container)?.imageDigest;
  const isOurs = task.taskDefinition === subject.taskDefinition && isServing(task);
  return isOurs && digest !== undefined && subject.digests.length > 0 && !subject.digests.includes(digest);
}

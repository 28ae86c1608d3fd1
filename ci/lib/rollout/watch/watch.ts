import { isThrottling, isUncertain } from "../../aws/errors.js";
import { SlipwayError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { type AllowedActions, failFast, watchOnly } from "../fail-fast/fail-fast.js";
import { judge } from "../judge/judge.js";
import type { Judgement } from "../judge/verdict.js";
import { attachHint, type Session } from "../session.js";
import { elapsed } from "./elapsed.js";
import { type Observation, observer } from "./observer.js";
import { backoff, pollInterval } from "./poll-interval.js";
import { progressEvents } from "./progress.js";
import { formatProgressEvent } from "./progress-event.js";

/** A rollout watched to its end. */
export interface WatchedRollout {
  subject: Subject;
  judgement: Judgement & { state: "decided" };
  snapshots: [Snapshot, ...Snapshot[]];
}

/**
 * Looks at ECS until the judge has decided, which it does by the subject's deadline at the latest. Changes nothing but what is
 * permitted: to ask ECS for a rollback.
 * @param knownEvents Ids of the service's events from before the rollout: they are not told again.
 * @param beside Called at each look, for whoever wants to see something else at the same time.
 * @throws SlipwayError when it can't go on looking (denied, expired): the rollout goes on in ECS, and the message says how to attach.
 */
export async function watch(
  session: Session,
  start: Subject,
  knownEvents: ReadonlySet<string>,
  permitted: AllowedActions = watchOnly,
  beside: () => void = () => {},
): Promise<WatchedRollout> {
  const { clock, signal, progress } = session;
  const look = observer(session);
  const stepIn = failFast(session, permitted);
  const startedAt = clock.now();
  const snapshots: Snapshot[] = [];
  let subject = start;
  let movedAt = startedAt;
  for (;;) {
    const previous = snapshots.at(-1);
    beside();
    const sighting = await lookPatiently(session, () => look(subject, previous), subject);
    const [lost] = uncertainties(sighting.subject);
    if (lost !== undefined && lost !== uncertainties(subject)[0]) progress(lost);
    subject = sighting.subject;
    const { snapshot } = sighting;
    const news = progressEvents(subject, snapshots, snapshot, knownEvents);
    for (const one of news) progress(`${elapsed(snapshot.at - startedAt)} ${formatProgressEvent(one)}`, one);
    if (news.length > 0) movedAt = snapshot.at;
    snapshots.push(snapshot);
    const seen = snapshots as [Snapshot, ...Snapshot[]];
    const judgement = judge(subject, seen);
    const guarded = await stepIn(subject, seen, judgement);
    const isAsked = guarded.rollback !== subject.rollback;
    subject = guarded;
    if (judgement.state === "decided" && !isAsked) return { subject, judgement, snapshots: seen };
    await clock.sleep(pollInterval(subject, snapshot, movedAt), signal);
  }
}

/**
 * A rollout that was watched to its end, looked at once more: somebody may have put another in its place since, or deleted the service.
 * Where that can't be seen, or tells no end, it stays as it was.
 */
export async function pollAgain(session: Session, watched: WatchedRollout): Promise<WatchedRollout> {
  const look = observer(session);
  try {
    const { subject, snapshot } = await look(watched.subject, watched.snapshots.at(-1));
    const snapshots: WatchedRollout["snapshots"] = [...watched.snapshots, snapshot];
    const judgement = judge(subject, snapshots);
    return judgement.state === "decided" ? { subject, judgement, snapshots } : watched;
  } catch {
    session.signal?.throwIfAborted();
    return watched;
  }
}

/** Returns what the verdict lacks because something of the service deployment could not be read: one sentence, or none. */
export function uncertainties({ classicOnly, listedOnly }: Subject): string[] {
  if (classicOnly !== undefined) {
    return [
      `Service deployments are not read (${classicOnly}): the verdict rests on the service's classic deployments and its tasks, and can't tell who ended a rollout.`,
    ];
  }
  if (listedOnly === undefined) return [];
  return [
    `The details of service deployments are not read (${listedOnly}): the verdict rests on the status that ECS lists and on the tasks, and can't tell a rollout that waits in a lifecycle hook from one that goes on.`,
  ];
}

/**
 * Milliseconds that a look may take. Its calls are not of one moment: behind one that was answered only after a time-out, what the
 * first has told is no longer true. The longest pace at which we look is as old.
 */
const lookLimit = 20_000;
/** As many looks in a row may take longer: an AWS that is always so slow is believed all the same. */
const slowLooks = 3;

/**
 * Stays away for a while when AWS asks for fewer calls or does not answer, and looks again when the look took too long, until the
 * deadline.
 */
async function lookPatiently(
  session: Session,
  look: () => Promise<Observation>,
  subject: Subject,
): Promise<Observation> {
  const { clock, signal, progress } = session;
  for (let times = 1, slow = 0; ; times++) {
    const began = clock.now();
    try {
      const sighting = await look();
      const took = clock.now() - began;
      if (took <= lookLimit || ++slow > slowLooks || clock.now() >= subject.deadline) return sighting;
      progress(`ECS took ${Math.round(took / 1000)} s to tell: looking again.`);
    } catch (error) {
      signal?.throwIfAborted();
      const passing = isThrottling(error) || isUncertain(error);
      if (!passing || clock.now() >= subject.deadline) throw blind(error as Error);
      const wait = backoff(times);
      progress(
        `ECS ${isThrottling(error) ? "asks for fewer calls" : "does not answer"} (${(error as Error).name}): looking again in ${wait / 1000} s.`,
      );
      await clock.sleep(wait, signal);
    }
  }
}

/** Not being able to look says nothing about the rollout: this is an error, never a verdict. */
function blind(cause: Error): SlipwayError {
  const code = cause instanceof SlipwayError ? cause.code : "watch-broken";
  return new SlipwayError(
    code,
    1,
    `The rollout can't be watched any further: ${neutral(cause.message)} It goes on in ECS meanwhile. ${attachHint}`,
    { cause },
  );
}

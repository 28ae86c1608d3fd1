import { eitherSignal } from "../../common/either-signal.js";
import { SlipwayError, UNEXPECTED } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { isPassing, retry } from "../calls/retry.js";
import { type AllowedActions, failFast, watchOnly } from "../fail-fast/fail-fast.js";
import { judge } from "../judge/judge.js";
import type { Judgement } from "../judge/verdict.js";
import { formatProgressEvent } from "../progress-event.js";
import type { Session } from "../session.js";
import { attachHint } from "../verdicts.js";
import { elapsed } from "./elapsed.js";
import { type Observation, observer } from "./observer.js";
import { pollInterval } from "./poll-interval.js";
import { progressEvents } from "./progress.js";

/** A rollout watched to its end. */
export interface WatchedRollout {
  subject: Subject;
  judgement: Judgement & { state: "decided" };
  snapshots: [Snapshot, ...Snapshot[]];
}

/** Options of a watch. */
export interface WatchHow {
  /** Default: the watch changes nothing. */
  permitted?: AllowedActions;
  /** Called before each poll with the latest observation, for checks at the same pace. */
  beside?: (latest: Snapshot | undefined, subject: Subject) => void;
  /** Returns the proof of a check beside the watch that the release is wrong, as in `because …`. */
  proof?: () => string | undefined;
  /** Observations of an earlier watch of the same rollout, which this one continues. */
  earlier?: { snapshots: readonly Snapshot[]; startedAt: number };
}

/**
 * Polls ECS until the judge has decided, at the latest at the subject's deadline. Changes nothing, except that it requests a rollback from
 * ECS when `permitted` allows it.
 * @param knownEvents Ids of the service's events from before the rollout: they are not reported again.
 * @throws SlipwayError when polling fails (denied, expired): ECS continues the rollout, and the message explains how to attach.
 */
export async function watch(
  session: Session,
  start: Subject,
  knownEvents: ReadonlySet<string>,
  how: WatchHow = {},
): Promise<WatchedRollout> {
  const step = createStep(session, start, knownEvents, how);
  for (;;) {
    const { subject, judgement, snapshots, isFinal } = await step();
    if (judgement.state === "decided" && isFinal) return { subject, judgement, snapshots };
    await session.clock.sleep(pollInterval(subject, snapshots), session.signal);
  }
}

/**
 * Polls ECS while a paused rollout waits in one hook alone, until `done` is aborted: a check of the pause runs beside it. Returns the rollout
 * with the snapshots, and its judgement as it was.
 */
export async function watchPause(
  session: Session,
  paused: WatchedRollout,
  hookId: string,
  knownEvents: ReadonlySet<string>,
  how: WatchHow,
  done: AbortSignal,
): Promise<WatchedRollout> {
  const { clock, signal } = session;
  const step = createStep(session, paused.subject, knownEvents, how);
  const either = eitherSignal(signal, done);
  let seen = paused;
  for (;;) {
    await clock.sleep(pollInterval(seen.subject, seen.snapshots), either).catch(() => signal?.throwIfAborted());
    if (done.aborted) return seen;
    const { subject, judgement, snapshots } = await step();
    seen = { ...paused, subject, snapshots };
    const [hook, ...others] = snapshots.at(-1)?.ours?.waitingHooks ?? [];
    const isPaused = judgement.state === "decided" && judgement.verdict === "paused";
    if (!isPaused || hook?.hookId !== hookId || others.length > 0) return seen;
  }
}

/** One poll of a watch. */
interface Step {
  subject: Subject;
  judgement: Judgement;
  snapshots: [Snapshot, ...Snapshot[]];
  /** False where the watch goes on although the judge has decided: a rollback has just been requested. */
  isFinal: boolean;
}

/** Returns the function that makes the next poll, reports what is new, and judges. */
function createStep(
  session: Session,
  start: Subject,
  knownEvents: ReadonlySet<string>,
  { permitted = watchOnly, beside, proof, earlier }: WatchHow,
): () => Promise<Step> {
  const { clock, progress } = session;
  const poll = observer(session);
  const failFastIfProven = failFast(session, permitted, proof);
  const startedAt = earlier?.startedAt ?? clock.now();
  const snapshots: Snapshot[] = [...(earlier?.snapshots ?? [])];
  let subject = start;
  return async () => {
    const previous = snapshots.at(-1);
    beside?.(previous, subject);
    const observation = await pollWithRetries(session, () => poll(subject, snapshots), subject);
    const [lost] = uncertainties(observation.subject);
    if (lost !== undefined && lost !== uncertainties(subject)[0]) progress(lost);
    subject = observation.subject;
    const { snapshot } = observation;
    const news = progressEvents(subject, snapshots, snapshot, knownEvents);
    for (const one of news) progress(`${elapsed(snapshot.at - startedAt)} ${formatProgressEvent(one)}`, one);
    snapshots.push(snapshot);
    const seen = snapshots as [Snapshot, ...Snapshot[]];
    const judgement = judge(subject, seen);
    const updated = await failFastIfProven(subject, seen, judgement);
    const requestedRollback = updated.rollback !== subject.rollback;
    subject = updated;
    return { subject, judgement, snapshots: seen, isFinal: !requestedRollback };
  };
}

/**
 * Polls a finished rollout once more: another deployment may have replaced it since, or a user may have deleted the service. Returns the
 * rollout unchanged when the poll fails or decides nothing.
 */
export async function pollAgain(session: Session, watched: WatchedRollout): Promise<WatchedRollout> {
  const poll = observer(session);
  try {
    const { subject, snapshot } = await poll(watched.subject, watched.snapshots);
    const snapshots: WatchedRollout["snapshots"] = [...watched.snapshots, snapshot];
    const judgement = judge(subject, snapshots);
    return judgement.state === "decided" ? { subject, judgement, snapshots } : watched;
  } catch {
    session.signal?.throwIfAborted();
    return watched;
  }
}

/** Returns the limit of the verdict when the service deployment could not be read completely: one sentence, or none. */
export function uncertainties({ classicOnly, listedOnly }: Subject): string[] {
  if (classicOnly !== undefined) {
    return [
      `Service deployments are not read (${classicOnly}): the verdict rests on the service's classic deployments and its tasks, and does not show who ended a rollout.`,
    ];
  }
  if (listedOnly === undefined) return [];
  return [
    `The details of service deployments are not read (${listedOnly}): the verdict rests on the status that ECS lists and on the tasks, and does not show if a rollout waits in a lifecycle hook.`,
  ];
}

/**
 * Maximum time of one poll, in milliseconds. Its calls are not simultaneous: when one returns only after a timeout, the result of the first
 * is out of date. The longest poll interval is of the same length.
 */
const pollLimit = 20_000;
/** After this many slow polls the next one is accepted, so that an AWS that is always slow can still be judged. */
const maxSlowPolls = 3;

/** Polls until the deadline: retries a failed poll, and polls again when a poll took too long. */
function pollWithRetries(
  session: Session,
  poll: () => Promise<Observation>,
  { deadline }: Subject,
): Promise<Observation> {
  const { clock, progress } = session;
  const isOver = () => clock.now() >= deadline;
  let slow = 0;
  const pollInTime = async () => {
    for (;;) {
      const began = clock.now();
      const observation = await poll();
      const took = clock.now() - began;
      if (took <= pollLimit || ++slow > maxSlowPolls || isOver()) return observation;
      progress(`ECS took ${Math.round(took / 1000)} s to answer; polling again.`);
    }
  };
  const giveUp = (error: Error) => (isPassing(error) && !isOver() ? undefined : pollError(error));
  return retry(session, "the poll", pollInTime, giveUp);
}

/** A failed poll proves nothing about the rollout, so it is an error and never a verdict. */
function pollError(cause: Error): SlipwayError {
  const code = cause instanceof SlipwayError ? cause.code : "watch-broken";
  return new SlipwayError(
    code,
    UNEXPECTED,
    `The rollout can't be watched any longer: ${neutral(cause.message)} ECS continues it. ${attachHint}`,
    { cause },
  );
}

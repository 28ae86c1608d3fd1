import { present } from "../../common/present.js";
import { readImage } from "../../ecs/ecr-images.js";
import { networkShiftSeconds } from "../../ecs/shift-plan.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { type TrafficPhase, trafficPhaseOf } from "../../ecs/states.js";
import type { Judgement } from "../judge/verdict.js";
import type { Session } from "../session.js";
import { type FailFastReason, failFastReason, failuresWithoutBreaker, isUnfinished } from "./fail-fast-reason.js";
import { requestRollback } from "./request-rollback.js";

/** Actions that a watch may take beside observing. */
export interface AllowedActions {
  /** Request a rollback from ECS as soon as it is proven that the rollout can't succeed, and where ECS itself has no circuit breaker. */
  earlyStop: boolean;
  /** Action on a rollout that is undecided at the deadline. */
  onTimeout: "leave" | "rollback";
  /** True when the deadline follows from the service's settings, and no user has set it. */
  isLimitComputed?: boolean;
}
export const watchOnly: AllowedActions = { earlyStop: false, onTimeout: "leave" };

/** Requests a rollback where that is allowed and due. Returns the subject, with `rollback` once the rollback is requested. */
export type FailFast = (
  subject: Subject,
  snapshots: readonly [Snapshot, ...Snapshot[]],
  judgement: Judgement,
) => Promise<Subject>;

/** Milliseconds for the start of old tasks and the drain of new ones. */
const rollbackOfTasks = 15 * 60_000;

/**
 * Returns the maximum time of a requested rollback, in milliseconds: that of the tasks, of the Lambda hooks that ECS calls again, and of the
 * test and the production listener of a Network Load Balancer. Pure.
 */
export function rollbackLimit({ service, ours }: Snapshot): number {
  const shifts = service.isNetworkBalanced && ours?.shift ? 2 * networkShiftSeconds : 0;
  return rollbackOfTasks + (shifts + (ours?.wayBackSeconds ?? 0)) * 1000;
}

/** @param proof Returns the proof of a check beside the watch that the release is wrong, as in `because …`. */
export function failFast(session: Session, permitted: AllowedActions, proof = noProof): FailFast {
  const { earlyStop, onTimeout, isLimitComputed = false } = permitted;
  let done = false;
  const isAbsent = imageAbsence(session);
  return async (subject, snapshots, judgement) => {
    if (done) return subject;
    const found = await reason(subject, snapshots, judgement);
    if (found === undefined) return subject;
    const { why, phases } = found;
    const end = found.unless ?? endOf(subject, snapshots.at(-1) as Snapshot, phases);
    if (end !== undefined) {
      done = true;
      session.progress(`Not requesting a rollback: ${end}.`);
      return subject;
    }
    session.progress(`Requesting a rollback from ECS ${why}.`);
    const answer = await requestRollback(session, subject, why, phases);
    if (answer === "moved") return subject;
    done = true;
    const limit = rollbackLimit(snapshots.at(-1) as Snapshot);
    if (answer === "requested") return { ...subject, rollback: { why }, deadline: session.clock.now() + limit };
    session.progress(`The rollback request is not possible (${answer.refused}); ECS continues the rollout.`);
    return subject;
  };

  async function reason(
    subject: Subject,
    snapshots: readonly [Snapshot, ...Snapshot[]],
    judgement: Judgement,
  ): Promise<DueRollback | undefined> {
    if (judgement.state === "decided") {
      if (judgement.verdict !== "timed-out" || onTimeout !== "rollback") return undefined;
      const unless = isLimitComputed ? hookThatRuns(snapshots.at(-1) as Snapshot) : undefined;
      return { why: "because the deadline passed", phases: ["before", "in part"], ...present({ unless }) };
    }
    const latest = snapshots.at(-1) as Snapshot;
    if (!earlyStop) return undefined;
    const proven = proof();
    if (proven !== undefined) return { why: proven, phases: ["before", "in part"] };
    const failed = failuresWithoutBreaker(subject, snapshots);
    if (failed !== undefined)
      return {
        why: `because ${failed} tasks have failed and the service has no circuit breaker`,
        phases: ["before", "in part", "moved"],
      };
    // New failures are only in the tasks, which not every poll reads.
    if (latest.tasksAt !== latest.at) return undefined;
    const found = failFastReason(subject, snapshots);
    return found && (await isProven(subject, found)) ? { why: early(found), phases: ["before"] } : undefined;
  }

  async function isProven(subject: Subject, { cause, failures }: FailFastReason): Promise<boolean> {
    return failures >= 2 || (cause === "image-missing" && (await isAbsent(subject)));
  }
}

function noProof(): string | undefined {
  return undefined;
}

/** A rollback that is due, and where production traffic may be for it. */
interface DueRollback {
  why: string;
  phases: readonly TrafficPhase[];
  /** Reason for which it is not requested all the same. */
  unless?: string;
}

/** A hook may run for a day where it has no time-out of its own, which the computed deadline does not count: ECS ends it. */
function hookThatRuns({ ours }: Snapshot): string | undefined {
  const [name] = ours?.runningHooks ?? [];
  if (name === undefined) return undefined;
  return `the lifecycle hook ${name} runs, and ECS ends it at the hook's own time-out; --timeout-minutes sets a limit that counts for hooks too`;
}

/** Returns the reason for which no rollback is requested any more; undefined while one is possible. */
function endOf(subject: Subject, latest: Snapshot, phases: readonly TrafficPhase[]): string | undefined {
  const { ours } = latest;
  if (!ours || (isUnfinished(subject, latest) && phases.includes(trafficPhaseOf(ours)))) return undefined;
  return `the service deployment is ${[ours.status, ours.lifecycleStage].filter(Boolean).join(", ")}`;
}

function early({ title, failures }: FailFastReason): string {
  const tasks =
    failures === 1
      ? "1 task has failed with this cause and ECR has no such digest"
      : `${failures} tasks have failed with this cause`;
  return `early: ${title} - ${tasks}`;
}

/** Reads from ECR, once, whether the image is missing: the second evidence beside a failed task. */
function imageAbsence(session: Session): (subject: Subject) => Promise<boolean> {
  let absence: Promise<boolean> | undefined;
  return ({ digests }) => {
    const { repository, registry, account } = session.target;
    const place = { registryId: registry?.account ?? account, repositoryName: repository };
    absence ??= readImage(session, place, digests[0] ?? "").then(
      (image) => image === undefined,
      () => {
        session.signal?.throwIfAborted();
        // A failed read is no evidence.
        return false;
      },
    );
    return absence;
  };
}

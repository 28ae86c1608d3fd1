import { isOfReplacement, isOfUser, isStoppedByMonitor } from "../../ecs/event-messages.js";
import {
  isDeleted,
  primaryOf,
  type ServiceDeploymentView,
  type Snapshot,
  type Subject,
  type WaitingHook,
} from "../../ecs/snapshot.js";
import { afterPause, isBaking, isUnderWay } from "../../ecs/states.js";
import { judgeClassic } from "./classic.js";
import { decided, type Judgement, undecided, type Witness } from "./verdict.js";
import { witnesses } from "./witnesses.js";

/**
 * Judges a rollout from its snapshots alone. Pure.
 * @param snapshots In the order in which they were taken, at least one.
 */
export function judge(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): Judgement {
  const latest = snapshots.at(-1) as Snapshot;
  const seen = witnesses(subject, latest);
  const judgement = subject.classicOnly
    ? judgeClassic(subject, snapshots, seen)
    : latest.ours
      ? judgeServiceDeployment(subject, snapshots, latest.ours, seen)
      : undecided("ECS to list our service deployment", seen);
  if (isDeleted(latest.service) && !isEnded(judgement)) {
    const { notFound, status } = latest.service;
    return decided("stopped", `The service was deleted: ${notFound ?? `it is ${status}.`}`, seen);
  }
  if (judgement.state === "decided" || latest.at < subject.deadline) return judgement;
  const traffic = latest.ours ? trafficNow(latest.ours) : "";
  return decided("timed-out", `The deadline passed while waiting for ${judgement.waitingFor}.${traffic}`, seen);
}

/** Returns true when the rollout ended before the deletion, for another reason. */
function isEnded(judgement: Judgement): boolean {
  return judgement.state === "decided" && !/^deployed|^shifted$|^nothing-ran$|^paused$/.test(judgement.verdict);
}

function judgeServiceDeployment(
  subject: Subject,
  snapshots: readonly Snapshot[],
  ours: ServiceDeploymentView,
  seen: Witness[],
): Judgement {
  switch (ours.status) {
    case "SUCCESSFUL":
      return judgeSuccessful(subject, snapshots, ours, seen);
    case "ROLLBACK_SUCCESSFUL":
      return decided(
        "rolled-back",
        `Rolled back by ${rolledBackBy(subject, ours)}${trafficBefore(snapshots)}. ${because(ours)}`,
        seen,
      );
    case "ROLLBACK_FAILED":
      return decided(
        "failed",
        `The rollback failed too; the service may be degraded. ${because(ours)}${trafficNow(ours)}`,
        seen,
      );
    case "STOPPED":
      return judgeStopped(subject, snapshots.at(-1) as Snapshot, ours, seen);
    case "ROLLBACK_REQUESTED":
    case "ROLLBACK_IN_PROGRESS":
      return undecided("ECS to finish the rollback", seen);
    case "STOP_REQUESTED":
      // A hook that still waits can't be continued any more.
      return undecided("ECS to stop the rollout", seen);
    default:
      // ECS adds states, and a new one may be a pause, a rollback or an end: after these a hook that still waits holds nothing.
      if (ours.waitingHooks.length > 0 && ours.rollbackReason === undefined && ours.finishedAt === undefined) {
        const waits = ours.waitingHooks.map((hook) => waitsForUser(hook, ours.lifecycleStage));
        return decided("paused", `${waits.join(" ")}${trafficNow(ours)}`, seen);
      }
      if (subject.until === "shifted" && isShifted(subject, snapshots.at(-1) as Snapshot, ours))
        return decided("shifted", "Production traffic is at 100 %, and the bake time runs.", seen);
      // Unknown states too: ECS adds new ones, and an unknown state is not proof of an end.
      return undecided(`ECS to finish the rollout (${ours.status})`, seen);
  }
}

/** In the bake time ECS no longer waits for our tasks: fewer than wanted, or another primary deployment, are no success. */
function isShifted({ taskDefinition }: Subject, { service }: Snapshot, ours: ServiceDeploymentView): boolean {
  const primary = primaryOf(service);
  const isUp = primary?.taskDefinition === taskDefinition && primary.runningCount >= service.desiredCount;
  return isBaking(ours) && isUp && service.desiredCount > 0;
}

/** SUCCESSFUL alone is not enough: old tasks may still run, and another deployment may have followed. */
function judgeSuccessful(
  subject: Subject,
  snapshots: readonly Snapshot[],
  ours: ServiceDeploymentView,
  seen: Witness[],
): Judgement {
  const snapshot = snapshots.at(-1) as Snapshot;
  const primary = primaryOf(snapshot.service);
  if (primary && primary.taskDefinition !== subject.taskDefinition) {
    return decided(
      "superseded",
      `It succeeded; ${primary.id} of ${primary.taskDefinition} has replaced it since.`,
      seen,
    );
  }
  if (seen.every((witness) => witness.holds)) {
    return snapshot.service.desiredCount === 0
      ? decided("nothing-ran", "The service's desired count is 0: no task has shown that this version starts.", seen)
      : decided("deployed", "All witnesses agree.", seen);
  }
  if (ours.earlySuccess && snapshot.service.desiredCount > 0 && isReadAfterEnd(subject, snapshots)) {
    return decided("deployed-early", "The service's early success criteria are met; old tasks still run.", seen);
  }
  const missing = seen.filter((witness) => !witness.holds);
  return undecided(missing.map((witness) => `${witness.name} (${witness.saw})`).join(" and "), seen);
}

/**
 * Returns true when the service was read after the end of its deployment was known. A poll reads the service first, so after a slow
 * read the old tasks in it may have stopped. At the deadline the known state decides.
 */
function isReadAfterEnd({ deadline }: Subject, snapshots: readonly Snapshot[]): boolean {
  return snapshots.at(-2)?.ours?.status === "SUCCESSFUL" || (snapshots.at(-1)?.at ?? 0) >= deadline;
}

/** STOPPED means replaced, stopped by the circuit breaker or an alarm, or stopped by a user. */
function judgeStopped(subject: Subject, snapshot: Snapshot, ours: ServiceDeploymentView, seen: Witness[]): Judgement {
  const primary = primaryOf(snapshot.service);
  const replaced = isOfReplacement(ours.statusReason ?? "");
  if (replaced) {
    const isOther =
      primary && (primary.taskDefinition !== subject.taskDefinition || primary.id !== subject.deploymentId);
    const by = isOther ? ` (${primary.id} of ${primary.taskDefinition})` : "";
    return decided("superseded", `Another deployment${by} replaced it. ${because(ours)}`, seen);
  }
  const monitor = triggered(ours) ?? monitorIn(ours.statusReason ?? "");
  if (monitor) {
    return decided(
      "failed",
      `Stopped by ${monitor}, and nothing was rolled back. ${because(ours)}${trafficNow(ours)}`,
      seen,
    );
  }
  return decided("stopped", `A user stopped it, without a rollback. ${because(ours)}${trafficNow(ours)}`, seen);
}

function waitsForUser({ hookId, expiresAt, timeoutAction }: WaitingHook, stage: string | undefined): string {
  const at = stage === undefined ? "" : ` at ${stage}`;
  const until = expiresAt === undefined ? "" : ` until ${new Date(expiresAt).toISOString()}`;
  return `Lifecycle hook ${hookId} waits${at} for a user to continue or roll back${until}${afterPause(timeoutAction)}.`;
}

/**
 * States how much production traffic the new tasks had, as far as polls have shown it: a shift and its rollback may fall between two of them.
 * Empty for a rolling deployment, and where nothing was seen of it.
 */
function trafficBefore(snapshots: readonly Snapshot[]): string {
  const seen = snapshots.flatMap(({ ours }) => (isUnderWay(ours) ? (ours?.productionWeight ?? []) : []));
  if (seen.length === 0) return "";
  const highest = Math.max(...seen);
  return highest === 0
    ? ", when last seen with 0 % of production traffic on the new tasks"
    : `, after ${highest} % of production traffic had moved to the new tasks`;
}

/** States how much production traffic the new tasks have; empty for a rolling deployment. */
function trafficNow({ productionWeight }: ServiceDeploymentView): string {
  return productionWeight === undefined
    ? ""
    : ` ECS sends ${productionWeight} % of production traffic to the new tasks.`;
}

function rolledBackBy({ rollback }: Subject, ours: ServiceDeploymentView): string {
  const text = `${ours.statusReason ?? ""} ${ours.rollbackReason ?? ""}`;
  if (/lifecycle hook/i.test(text)) return "a lifecycle hook";
  if (/pause hook timed out/i.test(text)) return "ECS, because no user ended a pause in time";
  if (isOfUser(text)) return rollback ? `Slipway, ${rollback.why}` : "a user";
  return triggered(ours) ?? monitorIn(text) ?? "ECS";
}

/** Finds the monitor in ECS's reason, for when the details of the deployment can't be read. */
function monitorIn(text: string): string | undefined {
  if (!isStoppedByMonitor(text)) return undefined;
  return /circuit breaker/i.test(text) ? "the circuit breaker" : "an alarm";
}

function triggered({ breaker, alarms }: ServiceDeploymentView): string | undefined {
  if (breaker?.status === "TRIGGERED") {
    return `the circuit breaker (${breaker.failureCount} failures, threshold ${breaker.threshold})`;
  }
  if (alarms?.status === "TRIGGERED") return `an alarm (${alarms.triggered.join(", ")})`;
  return undefined;
}

function because({ statusReason, rollbackReason }: ServiceDeploymentView): string {
  const reason = statusReason ?? rollbackReason;
  return reason === undefined ? "ECS gives no reason." : `ECS: ${reason}`;
}

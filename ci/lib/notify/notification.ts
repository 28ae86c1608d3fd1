import { createHash, randomUUID } from "node:crypto";
import { neutral } from "../common/foreign-text.js";
import { present } from "../common/present.js";
import type { Target, TargetFile } from "../config/target.js";
import type { ConsoleLinks } from "../ecs/console-links.js";
import type { RolloutResult } from "../rollout/result.js";
import type { BegunRollout } from "../rollout/rollout-listener.js";
import { elapsed } from "../rollout/watch/elapsed.js";

/** A destination as the target states it. */
export type NotifyEntry = NonNullable<TargetFile["notify"]>[number];

/** Events that a destination chooses, and the test of `notify --test`, which all receive. */
export type NotifyEvent = "start" | "paused" | "success" | "failure" | "test";

/** Body of a webhook and message of an SNS topic. EventBridge receives `data` as the event's detail. */
export interface Notification {
  type: "slipway.deployment.start" | "slipway.deployment.paused" | "slipway.deployment.verdict" | "slipway.test";
  /** Time of the event, in ISO 8601. */
  timestamp: string;
  data: NotificationData;
}

/**
 * Facts about a rollout. Texts are one line each, at most 1,000 characters, without control characters. Log lines and values of variables
 * are never in it.
 */
export interface NotificationData {
  /** The same for every copy of one event, also from a resumed call: receivers deduplicate by it. */
  id: string;
  event: NotifyEvent;
  /** Place of the service. */
  service: { account: string; region: string; cluster: string; service: string };
  /** Absent in a test. */
  verb?: "deploy" | "rollback";
  release?: { version: string; digest: string; commit?: string };
  /** Version and revision of the service before. */
  from?: { version?: string; taskDefinition: string };
  /** ARN of the revision that is rolled out. */
  taskDefinition?: string;
  /** ARN of the service deployment; absent at the start, and where it is not known. */
  deployment?: string;
  /** User, or role and session, that registered the revision. */
  author?: string;
  /** Run id of the deploy, such as a workflow run's. */
  runId?: string;
  /** Verdict of the rollout, such as rolled-back; absent at the start. */
  verdict?: RolloutResult["verdict"];
  /** Exit code of the call. */
  exitCode?: number;
  /** Reason for the verdict. */
  reason?: string;
  /** Cause of a failure, with its fix. The id is that of the report, or `post-deploy-task`. */
  cause?: { id: string; title: string; fix: string };
  /** The user's next step. At a pause it has the commands that continue and roll back. */
  next?: string;
  /** Start and end of the call that reports, in ISO 8601, and the seconds between them. */
  startedAt?: string;
  endedAt?: string;
  seconds?: number;
  /** Pages of the AWS console; absent for a local AWS. */
  links?: ConsoleLinks;
}

/** Facts about a rollout that stay the same from its start to its end. */
export interface NotificationContext {
  target: Pick<Target, "account" | "region" | "cluster" | "service">;
  links: ConsoleLinks | undefined;
}

/** Facts that the revision itself has. */
export interface RevisionFacts {
  author?: string;
  commit?: string;
  runId?: string;
}

/** Events of one rollout, by the key under which each is recorded. */
export interface KeyedNotification {
  key: string;
  notification: Notification;
}

/** Returns the notification of a rollout's start. Pure. */
export function startOf(context: NotificationContext, rollout: BegunRollout, facts: RevisionFacts): KeyedNotification {
  const data = { id: idOf(rollout.taskDefinition, "start"), event: "start" as const };
  return {
    key: "start",
    notification: {
      type: "slipway.deployment.start",
      timestamp: iso(rollout.startedAt),
      data: { ...data, ...commonData(context, rollout, facts) },
    },
  };
}

/** Returns the notification of a pause or of a verdict. Pure. */
export function endOf(
  context: NotificationContext,
  rollout: BegunRollout,
  result: Omit<RolloutResult, "events">,
  facts: RevisionFacts,
): KeyedNotification {
  const { verdict, exitCode, reason, next, startedAt, endedAt } = result;
  const event = eventOf(result);
  const key = keyOf(result);
  return {
    key,
    notification: {
      type: event === "paused" ? "slipway.deployment.paused" : "slipway.deployment.verdict",
      timestamp: iso(endedAt),
      data: {
        ...{ id: idOf(rollout.taskDefinition, key), event },
        ...commonData(context, rollout, facts),
        ...{ verdict, exitCode, reason: neutral(reason) },
        ...present({ cause: causeOf(result), next: next && neutral(next), deployment: result.deployment.arn }),
        ...{ endedAt: iso(endedAt), seconds: Math.round((endedAt - startedAt) / 1000) },
      },
    },
  };
}

/** Returns the message of `notify --test`: every destination receives it. */
export function testNotification({ target, links }: NotificationContext, now: number): Notification {
  const { account, region, cluster, service } = target;
  return {
    type: "slipway.test",
    timestamp: iso(now),
    data: {
      id: `slipway-${randomUUID()}`,
      event: "test",
      service: { account, region, cluster, service },
      ...present({ links }),
    },
  };
}

function causeOf({ diagnosis, after }: Pick<RolloutResult, "diagnosis" | "after">): NotificationData["cause"] {
  const ofTask = after?.why?.diagnosis;
  const found = diagnosis ?? (ofTask && { ...ofTask, cause: "post-deploy-task" });
  return found && { id: found.cause, title: neutral(found.title), fix: neutral(found.fix) };
}

/** A verdict is a success when the call's exit code is 0. */
function eventOf({ verdict, exitCode }: Pick<RolloutResult, "verdict" | "exitCode">): NotifyEvent {
  if (verdict === "paused") return "paused";
  return exitCode === 0 ? "success" : "failure";
}

/** Two pauses at different hooks are two events, and so are a timeout and the verdict that a later call reports. */
function keyOf({ verdict, exitCode, next = "" }: Pick<RolloutResult, "verdict" | "exitCode" | "next">): string {
  if (verdict === "paused") return `paused.${hash(next).slice(0, 8)}`;
  return exitCode === 11 ? `${verdict}.11` : verdict;
}

function idOf(taskDefinition: string, key: string): string {
  return `slipway-${hash(`${taskDefinition} ${key}`).slice(0, 32)}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function commonData({ target, links }: NotificationContext, rollout: BegunRollout, facts: RevisionFacts) {
  const { account, region, cluster, service } = target;
  const { release, from, verb, taskDefinition, startedAt } = rollout;
  const commit = release.commit ?? facts.commit;
  const runId = rollout.runId ?? facts.runId;
  return {
    service: { account, region, cluster, service },
    verb,
    release: {
      version: neutral(release.version, 200),
      digest: release.digest,
      ...present({ commit: commit && neutral(commit, 100) }),
    },
    from: { ...present({ version: from.version && neutral(from.version, 200) }), taskDefinition: from.taskDefinition },
    taskDefinition,
    startedAt: iso(startedAt),
    ...present({ author: facts.author && neutral(facts.author, 200), runId: runId && neutral(runId, 200), links }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Formats seconds for people, such as `4:12 min`. */
export function durationText(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${elapsed(seconds * 1000).slice(1)} min`;
}

import { nameIn, shortArns } from "../../common/aws-names.js";
import type { DeploymentReport, Revision, TaskReport } from "../../rollout/reconstruct/deployment-report.js";
import { elapsed } from "../../rollout/watch/elapsed.js";
import { zonedTime } from "../local-time.js";
import { gateText } from "../report-text.js";

/** A name and its text. */
export type Entry = [name: string, text: string];

/** Returns the verdict and the release, such as `rolled-back: v1.1.0`. */
export function headline({ verdict, release }: DeploymentReport): string {
  return `${verdict}: ${release.version ?? nameIn(release.taskDefinition)}`;
}

/** Answers a reader's first questions: what happened, why, what serves now, and what to do next. */
export function answers(report: DeploymentReport): Entry[] {
  const { reason, diagnosis, next } = report;
  const short = shortArns(reason);
  const failures = diagnosis && diagnosis.failedTasks > 0 ? ` (${diagnosis.failedTasks} of the new tasks failed)` : "";
  return [
    ["What happened", short],
    ...(diagnosis
      ? [["Why", `${capitalised(diagnosis.title)}${failures}.`] as Entry, ["Fix", diagnosis.fix] as Entry]
      : []),
    ["Serves now", servedText(report)],
    ["Next", next ?? "Nothing is left to do."],
  ];
}

/** Other revisions come first where none of the current one's tasks runs: they serve. */
function servedText({ now, deployment, traffic }: DeploymentReport): string {
  const { runningCount, desiredCount, others } = now;
  const share = deployment.finishedAt === undefined && traffic ? `, with ${traffic.new} % of the traffic` : "";
  const current = `${revisionText(now)}: ${runningCount} of ${desiredCount} tasks run${share}.`;
  const rest = others.map((one) => `${revisionText(one)}: ${tasksText(one.runningCount)}.`);
  return (runningCount === 0 ? [...rest, current] : [current, ...rest]).join(" ");
}

const tasksText = (count: number) => (count === 1 ? "1 task runs" : `${count} tasks run`);

/** Returns the facts of a deployment. */
export function facts(report: DeploymentReport): Entry[] {
  const { where, from, release, deployment, requests, traffic, gates = [] } = report;
  const { createdAt, finishedAt, strategy, stage, rollback, circuitBreaker, alarms } = deployment;
  const took = finishedAt === undefined ? "not ended" : `took ${elapsed(finishedAt - createdAt).slice(1)}`;
  const breaker = circuitBreaker && circuitBreaker.failureCount > 0;
  const entries: [string, string | undefined][] = [
    ["service", `${where.service} in ${where.cluster}, ${where.region}, account ${where.account}`],
    ["from", from && revisionText(from)],
    ["to", revisionText(release)],
    ["digest", release.digest],
    ["commit", release.commit],
    ["by", release.by],
    ["deployment", `${nameIn(deployment.arn)}: ${[deployment.status, stage].filter(Boolean).join(", ")}`],
    ["strategy", traffic ? `${strategy}, ${traffic.new} % of the traffic on the new tasks now` : strategy],
    ["time", `${timeText(report, createdAt)}, ${took}`],
    ["rollback", rollback && rollbackText(rollback)],
    [
      "breaker",
      breaker
        ? `${circuitBreaker.status}, ${circuitBreaker.failureCount} of ${circuitBreaker.threshold} failures`
        : undefined,
    ],
    ["alarms", alarms && alarms.triggered.length > 0 ? `${alarms.status}: ${alarms.triggered.join(", ")}` : undefined],
    ["requests", requests && requestsText(requests)],
    ...gates.map((one): [string, string] => ["gate", gateText(one)]),
  ];
  return entries.filter((entry): entry is Entry => entry[1] !== undefined && entry[1] !== "");
}

function requestsText({ url, requests, failed, versions = [] }: NonNullable<DeploymentReport["requests"]>): string {
  const by = versions.map((one) => `, ${one.requests} answered ${one.version}`).join("");
  return `${requests} to ${url} during the rollout, ${failed} failed${by}`;
}

/** Describes a revision, such as `v1.1.0 (service:8)`. */
export function revisionText({ version, taskDefinition }: Revision): string {
  return `${version ?? "no version"} (${nameIn(taskDefinition)})`;
}

function rollbackText({ by, to, reason }: NonNullable<DeploymentReport["deployment"]["rollback"]>): string {
  return `by ${by}${to ? ` to ${revisionText(to)}` : ""}${reason === undefined ? "" : `: ${shortArns(reason)}`}`;
}

/** Describes the state of a task, such as `STOPPED, app: exit code 1`. */
export function stateText({ status, health, containers, stopCode }: TaskReport): string {
  const cause = containers.length > 0 ? containers : stopCode === undefined ? [] : [stopCode];
  return [
    status,
    ...(health === undefined || status === "STOPPED" ? [] : [health]),
    ...(status === "STOPPED" ? cause : []),
  ].join(", ");
}

/** Returns the message of an event, with the number of its repetitions. */
export function eventText({ message, times }: DeploymentReport["events"][number]): string {
  const short = shortArns(message);
  return times === undefined ? short : `${short} (${times} times)`;
}

/** Returns a time in UTC to the second, such as `2026-11-27 08:00:00 UTC`, and in the reader's time zone where there is one. */
export function timeText({ timeZone }: DeploymentReport, at: number): string {
  const utc = new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
  return timeZone === undefined ? utc : `${utc} (${zonedTime(at, timeZone)} ${timeZone})`;
}

/** Returns a time as the distance from the deployment's start; a time before it has no sign of its own in `elapsed`. */
export function sinceStart({ deployment }: DeploymentReport, at: number): string {
  const ms = at - deployment.createdAt;
  return ms < 0 ? `-${elapsed(-ms).slice(1)}` : elapsed(ms);
}

const capitalised = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

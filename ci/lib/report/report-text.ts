import { isDeepStrictEqual } from "node:util";
import { nameIn, shortArns } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import type { Diagnosis, RollbackDiagnosis } from "../rollout/diagnose/diagnose.js";
import { causeLines, logLines } from "../rollout/diagnose/diagnosis-text.js";
import type { GateResult } from "../rollout/hooks/gates.js";
import { strategyText } from "../rollout/plan/strategy.js";
import type { PruneResult } from "../rollout/prune/prune-revisions.js";
import type { StrategyResult } from "../rollout/restore-strategy.js";
import type { RollbackResult, RolloutResult } from "../rollout/result.js";
import type { DuringRollout } from "../rollout/verify/during-rollout.js";
import type { TaskResponses } from "../rollout/verify/task-requests.js";
import type { HttpCheck } from "../rollout/verify/verify.js";
import { elapsed } from "../rollout/watch/elapsed.js";

/**
 * Formats the report for people: the verdict and its facts, then the end of the log; cause, fix and next step come last, because a
 * terminal shows the end of what was written.
 */
export function formatReport(report: RolloutResult): string {
  return [
    headline(report),
    "",
    ...facts(report).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name.padEnd(12)}${neutral(shortArns(value), 4_000)}`],
    ),
    ...(report.log ? ["", ...logLines(report.log)] : []),
    ...afterLines(report),
    ...(report.wayBack ? ["", ...wayBackLines(report.wayBack)] : []),
    ...(report.diagnosis ? ["", ...diagnosisLines(report.diagnosis)] : []),
    ...(report.next ? ["", `Next: ${neutral(report.next)}`] : []),
    "",
  ].join("\n");
}

function headline(report: RolloutResult): string {
  const { verdict, release, reason } = report;
  const text = alreadyRan(report) ? `It already ran: nothing to do. ${reason}` : reason;
  return neutral(shortArns(`${verdict.toUpperCase()}: ${release.version}. ${text}`), 4_000);
}

/** A call that attached to a rollout in flight has another revision before it. */
function alreadyRan({ verdict, changed, watchedOnly, from, taskDefinition }: RolloutResult): boolean {
  return verdict === "deployed" && !changed && !watchedOnly && from.taskDefinition === taskDefinition;
}

/** Name and value of a line; the line is left out where the value is undefined. */
type Fact = [name: string, value: string | undefined];

function facts(report: RolloutResult): Fact[] {
  const { where, from, release, deployment } = report;
  const took = elapsed(report.endedAt - report.startedAt);
  return [
    ["service", `${where.service} in ${where.cluster}, ${where.region}, account ${where.account}`],
    ["from", `${from.version ?? "no version"} (${nameIn(from.taskDefinition)})`],
    ["to", `${release.version} (${nameIn(report.taskDefinition)})`],
    ["digest", release.digest],
    ["tests", release.untested && "not tested: the app has no tests"],
    ["deployment", (deployment.arn === undefined ? deployment.id : nameIn(deployment.arn)) ?? "not found"],
    ["time", `${new Date(report.startedAt).toISOString()}, took ${took.slice(1)}`],
    ...report.witnesses.map(({ holds, name, saw }): Fact => ["witness", `${holds ? "yes" : "no "} ${name}: ${saw}`]),
    ["test URL", report.testListener && httpText(report.testListener)],
    ["HTTP", httpText(report.http)],
    ["meanwhile", report.during && duringText(report.during, report.startedAt)],
    ["shifted", report.shifted && shiftedText(report)],
    ["tasks", report.tasks && tasksText(report.tasks)],
    ...(report.undo ? undoFacts(report.undo) : []),
    ["after", report.after?.said],
    ...(report.kept ? pruneFacts(report.kept) : []),
    ...(report.gates ?? []).map((one): Fact => ["gate", gateText(one)]),
    ["strategy", report.strategy && strategyResultText(report.strategy)],
    ["race", report.race],
    ...report.uncertain.map((text): Fact => ["uncertain", text]),
  ];
}

export function gateText({ stage, url, answered, action, refused }: GateResult): string {
  return `${action === "NONE" ? "left to a user" : action} at ${stage}: ${url} answered ${answered}${refused === undefined ? "" : `; ${refused}`}`;
}

function strategyResultText({ from, to, afterwards }: StrategyResult): string {
  const former = from && !isDeepStrictEqual(from, to) ? `${strategyText(from)} → ` : "";
  return `${former}${strategyText(to)}; ${afterwards}`;
}

function tasksText({ requests, right, unreachable, unclear = 0, wrong }: TaskResponses): string {
  const others = wrong.map(({ task, answered }) => `; ${task} answered ${answered}`).join("");
  const notReached = unreachable > 0 ? `; ${unreachable} can't be reached from here` : "";
  const vague = unclear > 0 ? `; ${unclear} gave no answer that proves a version` : "";
  return `${right} of ${requests} answered the version at their own addresses${notReached}${vague}${others}`;
}

function duringText({ requests, failed, failures, ...rest }: DuringRollout, startedAt: number): string {
  const { shares = [], versions = [] } = rest;
  const times = failures.map(({ at, answered }) => `${elapsed(at - startedAt)} ${answered}`).join("; ");
  const more = failed > failures.length ? `; and ${failed - failures.length} more` : "";
  const steps = shares.map(
    (one) => `; at ${one.weight} % the new version gave ${one.right} of ${one.requests} answers`,
  );
  const by = versions.map((one) => `, ${one.requests} answered ${one.version}`).join("");
  const what = `${requests} requests during the rollout, ${failed} failed${by}${steps.join("")}`;
  return failed > 0 ? `${what}: ${times}${more}` : what;
}

function shiftedText({ shifted, startedAt }: RolloutResult): string {
  return shifted
    ? `all production traffic after ${elapsed(shifted.at - startedAt).slice(1)}; HTTP: ${httpText(shifted.http)}`
    : "";
}

function undoFacts({ why, refused, to, taskDefinition, verdict, http }: RollbackResult): Fact[] {
  if (refused !== undefined || !to) return [["undo", `not done: ${refused}`]];
  const back = `${to.version ?? to.image} (${nameIn(taskDefinition ?? "")}, a copy of ${nameIn(to.taskDefinition)})`;
  return [
    ["undo", `${verdict}: ${back}, because ${why}`],
    ["undo HTTP", http && http.state !== "not-checked" ? httpText(http) : undefined],
  ];
}

function httpText(http: HttpCheck): string {
  switch (http.state) {
    case "verified":
      return `${http.url} answered the version ${http.tries} times in a row`;
    case "wrong":
      return `${http.url} answered ${http.answered}`;
    case "unproven":
      return `${http.url} proved nothing: ${http.answered}`;
    case "version-not-verified":
      return notVerified(http);
    case "not-checked":
      return "not checked";
  }
}

function notVerified({ url, answered, expectationsMet }: HttpCheck & { state: "version-not-verified" }): string {
  const why = answered === undefined ? '"versionCheck" is false in the target' : `${url} gave ${answered}`;
  const met = expectationsMet === undefined ? "" : `; the expectations were met ${expectationsMet} times in a row`;
  return `version not verified over HTTP: ${why}${met}`;
}

function diagnosisLines({ title, failedTasks, ...rest }: Diagnosis): string[] {
  const count = failedTasks > 0 ? ` (${failedTasks} of our tasks failed)` : "";
  return causeLines({ ...rest, title: `${title}${count}` });
}

/** Formats the cause of failed tasks of the rollback target. */
function wayBackLines({ taskDefinition, failedTasks, title, evidence, fix }: RollbackDiagnosis): string[] {
  const [first = "", ...rest] = causeLines({ title: `${title} (${failedTasks} of its tasks failed)`, evidence, fix });
  return [`${nameIn(taskDefinition)}, the rollback target, does not run. ${first}`, ...rest];
}

/** Formats the cause of a failed post-deploy task. */
function afterLines({ after }: RolloutResult): string[] {
  return after?.why ? ["", ...logLines(after.why.log), "", ...causeLines(after.why.diagnosis)] : [];
}

/** Formats the result of pruning old revisions: one line for each fact. */
function pruneFacts({ keep, deregistered, inUse, left, refused }: PruneResult): Fact[] {
  const more = deregistered.length > 0 ? "more " : "";
  return [
    ["revisions", `kept the ${keep} newest; deregistered: ${deregistered.join(", ") || "none"}`],
    ...inUse.map(({ revision, by }): Fact => ["revisions", `${revision} kept: ${by}`]),
    ["revisions", left > 0 ? `${left} more are unused: the next deploy with --keep continues` : undefined],
    ["revisions", refused === undefined ? undefined : `nothing ${more}was deregistered: ${refused}`],
  ];
}

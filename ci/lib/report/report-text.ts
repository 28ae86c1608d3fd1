import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import type { Diagnosis } from "../rollout/diagnose/diagnose.js";
import { causeLines, logLines } from "../rollout/diagnose/diagnosis-text.js";
import type { RollbackDiagnosis } from "../rollout/diagnose/rollback-diagnosis.js";
import type { RollbackResult, RolloutResult } from "../rollout/result.js";
import type { DuringRollout } from "../rollout/verify/during-rollout.js";
import type { TaskResponses } from "../rollout/verify/task-requests.js";
import type { HttpCheck } from "../rollout/verify/verify.js";
import { elapsed } from "../rollout/watch/elapsed.js";
import { pruneLines } from "./prune-text.js";

/** Formats the report for people: the verdict first, then its evidence, and the next step after a failure. */
export function formatReport(report: RolloutResult): string {
  return [
    headline(report),
    "",
    ...facts(report).map(([name, value]) => `${name.padEnd(12)}${neutral(value, 4_000)}`),
    ...(report.diagnosis ? ["", ...diagnosisLines(report.diagnosis)] : []),
    ...(report.log ? ["", ...logLines(report.log)] : []),
    ...(report.wayBack ? ["", ...wayBackLines(report.wayBack)] : []),
    ...afterLines(report),
    ...(report.next ? ["", `Next: ${neutral(report.next)}`] : []),
    "",
  ].join("\n");
}

function headline({ verdict, release, changed, reason }: RolloutResult): string {
  const text = changed || verdict !== "deployed" ? reason : `It already ran: nothing to do. ${reason}`;
  return neutral(`${verdict.toUpperCase()}: ${release.version}. ${text}`, 4_000);
}

function facts(report: RolloutResult): [string, string][] {
  const { where, from, release, deployment } = report;
  const took = elapsed(report.endedAt - report.startedAt);
  return [
    ["service", `${where.service} in ${where.cluster}, ${where.region}, account ${where.account}`],
    ["from", `${from.version ?? "no version"} (${nameIn(from.taskDefinition)})`],
    ["to", `${release.version} (${nameIn(report.taskDefinition)})`],
    ["digest", release.digest],
    ...(release.untested ? ([["tests", "not tested: the app has no tests"]] as [string, string][]) : []),
    ["deployment", (deployment.arn === undefined ? deployment.id : nameIn(deployment.arn)) ?? "not found"],
    ["time", `${new Date(report.startedAt).toISOString()}, took ${took.slice(1)}`],
    ...report.witnesses.map((one): [string, string] => [
      "witness",
      `${one.holds ? "yes" : "no "} ${one.name}: ${one.saw}`,
    ]),
    ["HTTP", httpText(report.http)],
    ...(report.during ? ([["meanwhile", duringText(report.during, report.startedAt)]] as [string, string][]) : []),
    ...(report.tasks ? ([["tasks", tasksText(report.tasks)]] as [string, string][]) : []),
    ...(report.undo ? undoFacts(report.undo) : []),
    ...(report.after === undefined ? [] : ([["after", report.after.said]] as [string, string][])),
    ...pruneLines(report.kept),
    ...(report.race === undefined ? [] : ([["race", report.race]] as [string, string][])),
    ...report.uncertain.map((text): [string, string] => ["uncertain", text]),
  ];
}

function tasksText({ requests, right, unreachable, unclear = 0, wrong }: TaskResponses): string {
  const others = wrong.map(({ task, answered }) => `; ${task} answered ${answered}`).join("");
  const notReached = unreachable > 0 ? `; ${unreachable} can't be reached from here` : "";
  const vague = unclear > 0 ? `; ${unclear} gave no answer that proves a version` : "";
  return `${right} of ${requests} answered the version at their own addresses${notReached}${vague}${others}`;
}

function duringText({ requests, failed, failures }: DuringRollout, startedAt: number): string {
  const times = failures.map(({ at, answered }) => `${elapsed(at - startedAt)} ${answered}`).join("; ");
  const more = failed > failures.length ? `; and ${failed - failures.length} more` : "";
  const what = `${requests} requests during the rollout, ${failed} failed`;
  return failed > 0 ? `${what}: ${times}${more}` : what;
}

function undoFacts({ why, refused, to, taskDefinition, verdict, http }: RollbackResult): [string, string][] {
  if (refused !== undefined || !to) return [["undo", `not done: ${refused}`]];
  const back = `${to.version ?? to.image} (${nameIn(taskDefinition ?? "")}, a copy of ${nameIn(to.taskDefinition)})`;
  const served = http && http.state !== "not-checked" ? [["undo HTTP", httpText(http)] as [string, string]] : [];
  return [["undo", `${verdict}: ${back}, because ${why}`], ...served];
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
  return after?.why ? ["", ...causeLines(after.why.diagnosis), "", ...logLines(after.why.log)] : [];
}

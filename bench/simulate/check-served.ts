/** Checks verdicts against the responses of the public URL and of single tasks. */

import type { Scenario } from "../scenario/scenario.js";
import { versionsBefore } from "../scenario/versions.js";
import type { DeployerRun, Outcome, PublicAnswer } from "../virtual/outcome.js";
import { watchedUntil } from "./check-lateness.js";

/** Checks that a response is the app's: 502, 503 and 504 are the load balancer's. */
function isOfApp({ by, version, status = 0 }: Partial<PublicAnswer>): boolean {
  return by === undefined && (version !== undefined || (status >= 500 && ![502, 503, 504].includes(status)));
}

/**
 * Checks that the URL was shown to be this service's: before the rollout began, only this service's tasks responded, with a version, as
 * many times as a verification needs. A deploy that has attached to the rollout of the other of two finds its responses in a tag; for a
 * rollout that another user began, no earlier response is known.
 */
function wasShownOwn(outcome: Outcome): boolean {
  const before = answersBefore(outcome);
  return before.length === 5 && before.every(({ by, version }) => by === undefined && version !== undefined);
}

/** Checks that another service responded at the URL before the rollout: then its responses count no more, right ones included. */
export function wasShownOther(outcome: Outcome): boolean {
  return answersBefore(outcome).some(({ by }) => by === "other");
}

function answersBefore({ other, ...outcome }: Outcome): PublicAnswer[] {
  const begun = begunAt(outcome);
  const [{ answers }, since = 0] = other && begun === undefined ? [other, begunAt(other)] : [outcome, begun];
  return answers.filter(({ at }) => at < since).slice(-5);
}

function begunAt({ oracle: { updates } }: Pick<Outcome, "oracle">): number | undefined {
  return updates.find(({ began, isUndo }) => began && !isUndo)?.at;
}

/** Checks whether a task that was polled in the last run returned another version. */
function isTaskWrong(wanted: string | undefined, { taskAnswers, runs }: Outcome): boolean {
  const { startedAt } = runs.at(-1) as DeployerRun;
  return taskAnswers.some(({ at, version }) => at >= startedAt && version !== wanted);
}

function wantedOf({ release, deployer }: Scenario, { report }: Outcome): string | undefined {
  return deployer?.verb === "rollback" ? report?.release.version : (release?.version ?? "v2.0.0");
}

/** Checks whether a response can disprove the release: a task's own, or one of a URL that was shown to be this service's. */
export function canProve(scenario: Scenario, outcome: Outcome): boolean {
  return wasShownOwn(outcome) || isTaskWrong(wantedOf(scenario, outcome), outcome);
}

/**
 * Checks an automatic rollback. A rollout that ECS calls good is rolled back on five responses of the app at the end, at a URL that was
 * shown to be this service's.
 */
export function groundlessUndo(scenario: Scenario, outcome: Outcome): string[] {
  const { oracle: truth, answers } = outcome;
  if (groundlessStop(scenario, outcome))
    return ["stopped a deployment in its bake time, on responses that prove nothing"];
  const undo = truth.updates.find(({ isUndo, began }) => isUndo && began);
  const before = truth.moments.findLast(({ at, state }) => at < (undo?.at ?? 0) && state !== "going-back");
  if (!undo || before?.state !== "deployed") return [];
  const last = answers.filter(({ at }) => at < undo.at).slice(-5);
  const wanted = wantedOf(scenario, outcome);
  const isProven = last.length === 5 && last.every((one) => isOfApp(one) && one.version !== wanted);
  return isProven && wasShownOwn(outcome)
    ? []
    : ["rolled back a deployment that ECS reports as successful, on responses that prove nothing"];
}

/**
 * Checks for a rollback in the bake time, or before production traffic has moved, whose stated reason is responses that do not prove
 * another version: those of the public URL, or of the test listener. A rollback for another reason needs no proof of theirs.
 */
function groundlessStop(scenario: Scenario, outcome: Outcome): boolean {
  const { report, trace, testAnswers = [] } = outcome;
  if (report?.verdict !== "rolled-back" || outcome.oracle.stoppedBy !== "deployer") return false;
  const isShifted = report.shifted?.http.state === "wrong";
  if (!isShifted && !report.reason.includes("because the test listener ")) return false;
  const answers = isShifted ? outcome.answers : testAnswers;
  const stop = trace.findLast((entry) => entry.kind === "call" && entry.operation === "StopServiceDeployment");
  const last = answers.filter(({ at }) => at < (stop?.at ?? 0)).slice(-5);
  const wanted = wantedOf(scenario, outcome);
  // A version on the test listener is the new tasks' own, also where the public URL is another service's.
  const isOwn = wasShownOwn(outcome) || (!isShifted && last.every(({ version }) => version !== undefined));
  return !(last.length === 5 && last.every((one) => isOfApp(one) && one.version !== wanted) && isOwn);
}

/**
 * Checks that the rollback's revision is wrong too, as where both have one version: the public URL responds with another version or the
 * app's error at the end, and not five times in a row as it should, or one of its tasks does.
 */
export function isStillWrong({ deployer }: Scenario, outcome: Outcome): boolean {
  const { answers, taskAnswers, report, oracle: truth } = outcome;
  const wanted = report?.undo?.to?.version;
  const since = truth.moments.findLast(({ state }) => state === "going-back")?.at ?? Number.POSITIVE_INFINITY;
  if (wanted === undefined) return false;
  if (taskAnswers.some(({ at, version }) => at > since && version !== wanted)) return true;
  const last = answers.filter(({ at }) => at > since).slice(-5);
  const proves = isOfApp(last.at(-1) ?? {}) && wasShownOwn(outcome);
  return deployer?.http === true && proves && last.some((one) => one.version !== wanted);
}

/**
 * Checks that the responses prove another version. While old tasks run, their responses prove nothing: only five other responses of the app
 * do, without a right or an inconclusive one after the first of them; or a task's own response.
 */
export function provesOther(scenario: Scenario, outcome: Outcome): boolean {
  const { answers, taskAnswers, runs } = outcome;
  const wanted = scenario.release?.version ?? "v2.0.0";
  const old = versionsBefore(scenario);
  const since = watchedUntil(runs.at(-1) as DeployerRun);
  const relevant = answers.filter(({ at, version }) => at >= since && !old.includes(version ?? ""));
  const isNone = (answer: PublicAnswer) => answer.version === wanted || !isOfApp(answer);
  const others = relevant.slice(relevant.findLastIndex(isNone) + 1);
  return (
    (others.length >= 5 && wasShownOwn(outcome)) || (scenario.deployer?.verifyTasks === true && taskAnswers.length > 0)
  );
}

/**
 * Checks that no response of the URL had a version, before the rollout began and during the last run: then no check of it was wanted, as the
 * target has none, and only another version of a task by itself disproves the release.
 */
export function showsNoVersion(scenario: Scenario, outcome: Outcome): boolean {
  const { answers, taskAnswers, runs } = outcome;
  const { startedAt } = runs.at(-1) as DeployerRun;
  // A deployment of another user has no record of the responses before it.
  const isOthers = runs.length > 1 && scenario.interventions?.some((one) => one.do === "deploy");
  const begun = isOthers ? 0 : (begunAt(outcome) ?? 0);
  const wanted = wantedOf(scenario, outcome);
  const isVersion = ({ at, version }: Pick<PublicAnswer, "at" | "version">) =>
    (at < begun || at >= startedAt) && version !== undefined;
  return (
    scenario.deployer?.http === true &&
    !answers.some(isVersion) &&
    !taskAnswers.some((answer) => isVersion(answer) && answer.version !== wanted)
  );
}

/**
 * Checks that the public URL responded with the release's version five times in a row at the end, and each polled task of the last run did
 * too, as far as the scenario verifies them. The target of a rollback is checked separately.
 */
export function servesWell(scenario: Scenario, outcome: Outcome): boolean {
  const { deployer } = scenario;
  const wanted = wantedOf(scenario, outcome);
  const last = outcome.answers.slice(-5);
  const isServed = last.length === 5 && last.every(({ by, version }) => by === undefined && version === wanted);
  return (!deployer?.http || isServed) && (!deployer?.verifyTasks || !isTaskWrong(wanted, outcome));
}

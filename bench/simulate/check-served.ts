/** What the public URL and the tasks answered at the end, held against what a verdict says of it. */

import type { Outcome } from "../world/play.js";
import type { Run } from "../world/run.js";
import type { Scenario } from "../world/scenario.js";
import type { PublicAnswer } from "../world/stage.js";
import { versionsBefore } from "../world/versions.js";
import { watchedUntil } from "./check-lateness.js";

/**
 * What a rollout was taken back to answers wrongly too, as where both are of one version: the public with another version or a server's
 * error at the end, and not five times in a row as it should, or one of its tasks.
 */
export function isStillWrong(
  { deployer, service, interventions }: Scenario,
  { answers, taskAnswers, report, truth }: Outcome,
): boolean {
  const wanted = report?.undo?.to?.version;
  const since = truth.moments.findLast(({ state }) => state === "going-back")?.at ?? Number.POSITIVE_INFINITY;
  if (wanted === undefined) return false;
  if (taskAnswers.some(({ at, version }) => at > since && version !== wanted)) return true;
  const last = answers.filter(({ at }) => at > since).slice(-5);
  const { version, status = 0 } = last.at(-1) ?? {};
  const counts = interventions?.flatMap((one) => (one.do === "scale" ? [one.desiredCount] : [])) ?? [];
  const isEmpty = [service?.desiredCount, ...counts].includes(0);
  // Where nothing is to run, an error proves nothing. An undo brings back the count that was there.
  const proves = version !== undefined || (status >= 500 && !isEmpty);
  return deployer?.http === true && proves && last.some((one) => one.version !== wanted);
}

/**
 * While old tasks are up, their answers prove nothing: only five others of the app or of a server's error do, with neither a right one
 * nor one that proves nothing after the first of them; or a task's own.
 */
export function provesOther(scenario: Scenario, { answers, taskAnswers, runs }: Outcome): boolean {
  const wanted = scenario.release?.version ?? "v2.0.0";
  const old = versionsBefore(scenario);
  const since = watchedUntil(runs.at(-1) as Run);
  const asked = answers.filter(({ at, version }) => at >= since && !old.includes(version ?? ""));
  const isNone = ({ version, status = 0 }: PublicAnswer) =>
    version === wanted || (version === undefined && status < 500);
  const others = asked.slice(asked.findLastIndex(isNone) + 1);
  return others.length >= 5 || (scenario.deployer?.verifyTasks === true && taskAnswers.length > 0);
}

/**
 * The public URL answered the release's version five times in a row at the end, and each task that was asked in the last run did too,
 * as far as they are asked. Where a rollback leads is held against the truth by itself.
 */
export function servesWell({ release, deployer }: Scenario, { answers, taskAnswers, runs, report }: Outcome): boolean {
  const wanted = deployer?.verb === "rollback" ? report?.release.version : (release?.version ?? "v2.0.0");
  const last = answers.slice(-5);
  const isServed = last.length === 5 && last.every(({ version }) => version === wanted);
  const { startedAt } = runs.at(-1) as Run;
  const isRight = taskAnswers.every(({ at, version }) => at < startedAt || version === wanted);
  return (!deployer?.http || isServed) && (!deployer?.verifyTasks || isRight);
}

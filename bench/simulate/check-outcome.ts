import type { OracleRecord } from "../oracle/oracle-record.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import { secrets } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";
import { releaseOf, versionsBefore } from "../scenario/versions.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";
import { isAllowedWhenUncertain, isDeployedTo } from "./check-classic-only.js";
import { wrongDeployTasks } from "./check-deploy-tasks.js";
import { wrongGates } from "./check-gates.js";
import { pollTime, statesSeen, tooLate } from "./check-lateness.js";
import { groundless } from "./check-refusal.js";
import { serviceFactsDuring, wentElsewhere } from "./check-rollback.js";
import {
  canProve,
  groundlessUndo,
  isStillWrong,
  provesOther,
  servesWell,
  showsNoVersion,
  wasShownOther,
} from "./check-served.js";

/** Lists the faults of an outcome, one sentence each; empty when it is right. */
export function checkOutcome(scenario: Scenario, outcome: Outcome): string[] {
  const { concurrent } = outcome;
  return [
    ...(concurrent ? secondWrong(outcome, concurrent) : []),
    ...wrongOf(scenario, firstOf(outcome)),
    ...(concurrent ? [] : notBack(scenario, outcome)),
    ...throttled(scenario, outcome),
    ...leakedSecrets(outcome),
    ...wentElsewhere(scenario, outcome),
    ...wrongDeployTasks(scenario, outcome),
  ];
}

/** Returns the first of two deploys, with the moments of the other that it may report. */
export function firstOf(outcome: Outcome): Outcome {
  const { oracle: truth, concurrent } = outcome;
  return concurrent ? { ...outcome, oracle: withOther(truth, concurrent.oracle), other: concurrent } : outcome;
}

function secondWrong(outcome: Outcome, concurrent: NonNullable<Outcome["concurrent"]>): string[] {
  // A refused deploy has no report, and the first one's is not its own.
  const { report: _, ...shared } = outcome;
  const second = { ...shared, ...concurrent, oracle: withOther(concurrent.oracle, outcome.oracle), other: outcome };
  return wrongOf(concurrent.scenario, second).map((fault) => `the second: ${fault}`);
}

/** Each may attach to the other's rollout, or roll it back: the other's record may then be more complete. */
function withOther(truth: OracleRecord, other: OracleRecord): OracleRecord {
  // A deploy without a revision of its own has attached.
  const brings = other.own.length > 0 ? other.own : Object.keys(other.ofRevision);
  return { ...truth, ofOther: Object.fromEntries(brings.map((revision) => [revision, other.moments])) };
}

/** Checks one deploy, alone or as one of two. */
function wrongOf(scenario: Scenario, outcome: Outcome): string[] {
  return [
    ...wrongVerdict(scenario, outcome),
    ...tooManyUpdates(scenario, outcome),
    ...outcome.oracle.harm,
    ...tooLate(scenario, outcome),
    ...groundless(scenario, outcome),
    ...groundlessUndo(scenario, outcome),
    ...wrongGates(scenario, outcome),
  ];
}

function wrongVerdict(scenario: Scenario, outcome: Outcome): string[] {
  const run = outcome.runs.at(-1) as DeployerRun;
  const states = statesSeen(scenario, outcome, run);
  const { report, error } = run;
  if (error) {
    // The run began nothing, or its error states that the outcome is unknown, for a valid reason.
    const hasDoneNothing = outcome.oracle.updates.every(({ began }) => !began);
    // An error without a message of its own is a fault.
    const isBare = error.code === undefined && !scenario.aws?.faults?.length;
    if (isBare) return [`ended with the bare error ${error.name} (${error.message})`];
    if (states.every((state) => state === "none") || (isRefusal(run) && hasDoneNothing)) return [];
    if (error.code === "superseded" && (states.includes("superseded") || wasForestalled(scenario, outcome, run)))
      return [];
    if (isBlind(scenario, run) || isAnother(scenario, outcome, run) || isGone(scenario, run)) return [];
    return [
      `ended with ${error.name} ${error.code ?? ""} (${error.message}), and the oracle has ${states.join(", then ")}`,
    ];
  }
  if (!report) return ["was killed and not run again"];
  // The deletion of a service also deletes the evidence of its earlier state.
  if (report.verdict === "stopped" && (outcome.oracle.deletedAt ?? run.endedAt) < run.lastPollAt) return [];
  const right = states.some(
    (state) =>
      accepted(state, scenario, outcome).includes(report.verdict) ||
      isAllowedWhenUncertain(report, state, scenario, outcome),
  );
  return right ? [] : [`reported ${report.verdict} (${report.reason}), and the oracle has ${states.join(", then ")}`];
}

/** Checks for an error that states an unknown outcome, where the scenario hides the evidence. */
function isBlind({ aws, interventions }: Scenario, { error }: DeployerRun): boolean {
  const isDenied = aws?.deny?.length || interventions?.some((one) => one.do === "deny");
  const code = error?.code ?? "";
  // Without the newer APIs and an idempotency key, a rollout that ECS rolls back looks like another user's.
  if (["access-denied", "attempt-unknowable", "deployment-in-flight"].includes(code)) return Boolean(isDenied);
  if (networkFailures.includes(error?.name ?? "") && aws?.faults?.length) return true;
  return (
    ["watch-broken", "credentials-expired", "unanswered", "unavailable", "unreachable", "throttled"].includes(code) &&
    Boolean(aws?.faults?.length)
  );
}

/** Checks for a new deploy: without an idempotency key, a run that first reads the service after the rollout's end is one, and may be refused. */
function isAnother({ deployer }: Scenario, { runs, oracle: truth, trace }: Outcome, run: DeployerRun): boolean {
  const begun = truth.updates.findLast(({ began, at }) => began && at <= run.startedAt)?.at ?? 0;
  const number = runs.indexOf(run) + 1;
  const firstRead = trace.find((entry) => entry.kind === "call" && entry.run === number && entry.result === "ok");
  const readAt = firstRead?.at ?? run.startedAt;
  const isOver = truth.moments.some(({ at, state }) => at >= begun && at <= readAt && !underWay.has(state));
  return deployer?.runId === undefined && runs.length > 1 && isRefusal(run) && isOver;
}

/** Checks that another user's deployment came before this run had begun one. */
function wasForestalled(scenario: Scenario, outcome: Outcome, run: DeployerRun): boolean {
  const hasBegun = outcome.oracle.updates.some(({ at, began }) => began && at >= run.startedAt);
  const byOther = outcome.concurrent?.oracle.updates.some(({ began, at }) => began && at <= run.endedAt) ?? false;
  return !hasBegun && (byOther || serviceFactsDuring(scenario, outcome, run).some(({ busy }) => busy));
}

const underWay = new Set<RolloutState>(["none", "open", "paused", "shifted", "settling"]);

function isRefusal({ error }: DeployerRun): boolean {
  return error?.name === "InputError";
}

function isGone({ interventions }: Scenario, run: DeployerRun): boolean {
  const isDeleted = interventions?.some((one) => one.do === "delete-service");
  return Boolean(isDeleted) && isRefusal(run) && ["inactive-service", "no-service"].includes(run.error?.code ?? "");
}

/** Errors that the SDK throws when all its attempts have failed, not yet wrapped at the start of a run. */
const networkFailures = ["ServiceUnavailable", "ServerException", "TimeoutError", "ThrottlingException", "Error"];

function accepted(state: RolloutState, scenario: Scenario, outcome: Outcome): string[] {
  switch (state) {
    case "open":
      // A hook can wait during the rollback too; an unknown state does not show it.
      return scenario.service?.hooks && isMisread(scenario, outcome) ? ["timed-out", "paused"] : ["timed-out"];
    case "none":
    case "settling":
      return ["timed-out"];
    case "shifted":
      return ["timed-out", ...(scenario.deployer?.more?.until === "shifted" ? untilShifted(scenario, outcome) : [])];
    case "early":
      if (!isVerified(scenario)) return ["deployed-early"];
      return ["deployed-early", "deployed-unverified", ...(provesOther(scenario, outcome) ? ["failed"] : [])];
    case "repeated":
      return ["superseded"];
    case "going-back":
      return ["failed"];
    case "not-taken-back":
      return [
        "failed",
        // Where the rollback was replaced, a later call finds another user's deployment in the place of ours.
        ...(isDeployedTo(outcome, goingBackAt(outcome)) ? ["superseded"] : []),
        // Where it was ended, our release is active again, and a later call may find it serving well.
        ...(outcome.runs.length > 1 && outcome.report?.attached && servesWell(scenario, outcome) ? ["deployed"] : []),
      ];
    case "taken-back":
      if (isStillWrong(scenario, outcome)) return ["failed"];
      // Where an operator deployed the rollback's revision again, the rollback itself was superseded.
      return isDeployedTo(outcome, goingBackAt(outcome)) ? ["rolled-back", "failed"] : ["rolled-back"];
    case "deployed":
      if (!showsNoVersion(scenario, outcome) && !servesWell(scenario, outcome))
        return ["deployed-unverified", ...(canProve(scenario, outcome) ? ["failed"] : [])];
      // A call that attaches to another one's rollout knows the earlier responses by its tag.
      if (showsNoVersion(scenario, outcome) && (outcome.runs.length > 1 || outcome.oracle.ofOther))
        return ["deployed", "deployed-early", "deployed-unverified"];
      // A stale read of the service still shows its old tasks, and a task in an unknown state may be one.
      return ["deployed", ...(isMisread(scenario, outcome) ? ["deployed-early"] : []), ...unverified(outcome)];
    default:
      return [state];
  }
}

/** Lists the verdicts on a release that has all production traffic, by the responses of the public URL. */
function untilShifted(scenario: Scenario, outcome: Outcome): string[] {
  if (showsNoVersion(scenario, outcome) || servesWell(scenario, outcome)) return ["shifted", ...unverified(outcome)];
  return ["deployed-unverified", ...(canProve(scenario, outcome) ? ["failed"] : [])];
}

/** Lists the verdict on a release whose right responses count no more. */
function unverified(outcome: Outcome): string[] {
  return wasShownOther(outcome) ? ["deployed-unverified"] : [];
}

function goingBackAt({ oracle: truth }: Outcome): number {
  return truth.moments.find(({ state }) => state === "going-back")?.at ?? 0;
}

/** Checks for a misread response in the last poll, or in the last read of the tasks before it: they are read again after a minute. */
function isMisread(scenario: Scenario, { misread, runs }: Outcome): boolean {
  const { lastPollAt } = runs.at(-1) as DeployerRun;
  const from = lastPollAt - 60_000 - pollTime(scenario);
  return misread.some((at) => at >= from && at <= lastPollAt);
}

function isVerified({ deployer }: Scenario): boolean {
  return Boolean(deployer?.http || deployer?.verifyTasks);
}

/** The simulation applies ECS's documented limits: a deployer within them is not throttled, unless by a fault. */
function throttled({ aws }: Scenario, { trace }: Outcome): string[] {
  if (aws?.faults?.some(({ kind }) => kind === "throttled")) return [];
  const first = trace.find((entry) => entry.kind === "call" && entry.result === "ThrottlingException");
  return first ? [`was throttled at ${first.at / 1000} s`] : [];
}

/** Checks the number of updates: with an idempotency key all runs are one deploy; without it, each run can be a deploy of its own. */
function tooManyUpdates({ deployer }: Scenario, { oracle: truth, runs }: Outcome): string[] {
  const begun = truth.updates.filter(({ began }) => began);
  const forward = begun.filter(({ isUndo }) => !isUndo).length;
  const attempts = deployer?.runId === undefined ? runs.length : 1;
  if (forward <= attempts && begun.length - forward <= attempts) return [];
  return [`began ${forward} deployments and ${begun.length - forward} automatic rollbacks in ${attempts} deploys`];
}

/** Without interventions, a rollback leaves only the last good release running. */
function notBack(scenario: Scenario, { report, serves, oracle: truth, service: serviceRecord }: Outcome): string[] {
  if (report?.verdict !== "rolled-back" || scenario.interventions?.length) return [];
  const begun = truth.updates.findLast(({ began, taskDefinition }) => began && truth.own.includes(taskDefinition));
  const { good } = serviceRecord.times.findLast(({ at }) => at < (begun?.at ?? 1)) ?? serviceRecord.times[0];
  // Without a good version, the target is the version before, or that of an earlier call; with a desired count of 0, nothing serves.
  const isRepeated = truth.updates.filter(({ began, isUndo }) => began && !isUndo).length > 1;
  const before = versionsBefore(scenario).at(-1) ?? "";
  const right = good === undefined ? [before, ...(isRepeated ? [releaseOf(scenario)] : [])] : [good];
  // An automatic rollback restores the earlier count; ECS's own rollback leaves the requested one.
  const earlier = scenario.service?.desiredCount;
  const isEmpty = (report.undo ? earlier : (scenario.deployer?.desiredCount ?? earlier)) === 0;
  const others = Object.keys(serves).filter((version) => !right.includes(version));
  return others.length === 0 && (isEmpty || right.some((version) => (serves[version] ?? 0) > 0))
    ? []
    : [`was rolled back, and ${JSON.stringify(serves)} serves`];
}

function leakedSecrets({ runs, trace }: Outcome): string[] {
  const output = JSON.stringify([runs, trace]);
  return Object.values(secrets).flatMap((secret) => (output.includes(secret) ? [`printed ${secret}`] : []));
}

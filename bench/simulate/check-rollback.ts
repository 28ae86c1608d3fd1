import type { ServiceFacts } from "../oracle/oracle-record.js";
import type { Scenario } from "../scenario/scenario.js";
import { requestedVersion } from "../scenario/versions.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";

/** Returns the facts that a run could see: AWS shows some of them late, and a stale read is as old. */
export function serviceFactsDuring(
  { aws }: Scenario,
  { service: serviceRecord }: Outcome,
  run: DeployerRun,
): ServiceFacts[] {
  const { times } = serviceRecord;
  const from = run.startedAt - (aws?.timing?.listLag ?? 5_000) - 5_000;
  return times.filter(
    ({ at }, index) => at <= run.endedAt && (times[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from,
  );
}

/** Checks that a rollback leads to the last good version, or to the requested one. */
export function wentElsewhere(scenario: Scenario, outcome: Outcome): string[] {
  const { deployer = {} } = scenario;
  const isMisled = scenario.aws?.faults?.some(({ kind }) => kind === "changed");
  if (deployer.verb !== "rollback" || isMisled) return [];
  const requested = requestedVersion(scenario);
  return outcome.runs.flatMap((run) => {
    if (!run.report) return [];
    const { version } = run.report.release;
    // From its own start on, the goal is the rollback's own target.
    const begun = outcome.oracle.updates.find(({ at, began }) => began && at >= run.startedAt)?.at ?? run.endedAt;
    const around = serviceFactsDuring(scenario, outcome, run).filter(({ at }) => at < begun);
    const goals = requested ? [requested] : around.map(({ goal }) => goal);
    return goals.includes(version)
      ? []
      : [`rolled back to ${version}, and the last good version is ${[...new Set(goals)]}`];
  });
}

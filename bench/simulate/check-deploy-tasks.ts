import type { Scenario, TaskScript } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";

/**
 * Checks that a one-off task runs at most once for each idempotency key; after a failed pre-deploy task nothing is deployed, and a
 * post-deploy task's result decides the exit code.
 */
export function wrongDeployTasks(scenario: Scenario, outcome: Outcome): string[] {
  const { before, after, runId, verb } = scenario.deployer ?? {};
  const { service: serviceRecord, runs, oracle: truth, report } = outcome;
  const started = (when: string) =>
    Object.entries(serviceRecord.deployTasks).flatMap(([by, tasks]) =>
      by.startsWith(`slipway/${when}/`) ? tasks : [],
    );
  const attempts = runId === undefined ? runs.length : 1;
  const twice = ["before", "after"].filter((when) => started(when).length > attempts);
  const wrong = twice.map(
    (when) =>
      `ran the ${when === "before" ? "pre" : "post"}-deploy task ${started(when).length} times in ${attempts} deploys`,
  );
  const begun = truth.updates.some(({ began, taskDefinition }) => began && truth.own.includes(taskDefinition));
  // No process stops it at its time limit while the deployer is dead, and then it may succeed.
  const isTimed = (task: TaskScript) => runs.length === 1 || !isTooLong(task);
  if (before && verb === undefined && isTimed(before) && fails(before) && begun)
    wrong.push("deployed though the pre-deploy task has failed");
  const isOwn = report !== undefined && truth.own.includes(report.taskDefinition) && truth.registered.length > 0;
  if (after && isTimed(after) && isOwn && verb === undefined && report.verdict === "deployed") {
    const code = fails(after) || report.after?.state === "unknown" ? 11 : 0;
    if (!report.after) wrong.push("did not run the post-deploy task");
    const { kills, aws, interventions } = scenario;
    const isHindered = kills ?? aws ?? interventions?.some((one) => one.do === "deny");
    if (report.after?.state === "unknown" && !isHindered) wrong.push("lost the post-deploy task");
    if (report.exitCode !== code)
      wrong.push(`exited with ${report.exitCode}, and the post-deploy task requires ${code}`);
  } else if (report?.after && report.verdict !== "deployed")
    wrong.push(`ran the post-deploy task after ${report.verdict}`);
  return wrong;
}

export const fails = (task: TaskScript) =>
  task.pullError !== undefined || (task.exit?.code ?? 0) !== 0 || isTooLong(task);
/** Longer than the target's time limit of five minutes. */
const isTooLong = ({ exit }: TaskScript) => (exit?.after ?? 0) > 300_000;

import type { CurrentService } from "../ecs/service.js";
import { pruneRevisions } from "./prune/prune-revisions.js";
import type { RolloutResult } from "./result.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import { noSpan, type Session } from "./session.js";
import { deployTaskOf } from "./tasks/deploy-task.js";
import { runPostDeploy } from "./tasks/post-deploy.js";
import { postDeployFailed } from "./verdicts.js";

/** A result to which its events are added at the end. */
type Outcome = Omit<RolloutResult, "events">;

/**
 * Runs the steps after a deploy whose verdict is `deployed`: the target's post-deploy task, then pruning of old revisions when the task
 * succeeded. A failure here does not change the verdict; the report and the exit code show it.
 */
export async function finishDeploy(
  session: Session,
  request: DeployRequest,
  now: CurrentService,
  report: Outcome,
): Promise<Outcome> {
  if (report.verdict !== "deployed") {
    if (request.verb === "deploy" && deployTaskOf(session.target, "after"))
      session.progress(`The post-deploy task is not run: the verdict is ${report.verdict}.`);
    return report;
  }
  const { span = noSpan } = session;
  const runIt = () => runPostDeploy(session, request, now, report.taskDefinition);
  const after = deployTaskOf(session.target, "after")
    ? await span("post-deploy task", runIt, (one) => (!one || one.state === "done" ? undefined : one.said))
    : undefined;
  if (after && after.state !== "done") return { ...report, after, exitCode: postDeployFailed.exitCode };
  const { keep } = request.settings;
  const kept =
    keep === undefined
      ? undefined
      : await span(
          "prune",
          () => pruneRevisions(session, keep),
          ({ refused }) => refused,
        );
  return { ...report, ...(after && { after }), ...(kept && { kept }) };
}

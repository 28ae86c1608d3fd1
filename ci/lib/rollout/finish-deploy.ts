import type { CurrentService } from "../ecs/service.js";
import { pruneRevisions } from "./prune/prune-revisions.js";
import type { RolloutResult } from "./result.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import type { Session } from "./session.js";
import { noSpan } from "./span.js";
import { deployTaskOf } from "./tasks/deploy-task.js";
import { runPostDeploy } from "./tasks/post-deploy.js";
import { afterFailed } from "./verdicts.js";

/**
 * What follows on a deploy once its verdict is `deployed`: the target's task, and then, when all is well, the old revisions go. The verdict stays what it is, whatever becomes of this: the report tells it
 * beside, and the exit code.
 */
export async function finishDeploy(
  session: Session,
  attempt: DeployRequest,
  now: CurrentService,
  report: RolloutResult,
): Promise<RolloutResult> {
  if (report.verdict !== "deployed") {
    if (attempt.verb === "deploy" && deployTaskOf(session.target, "after"))
      session.progress(`The task after the deploy is not run: the verdict is ${report.verdict}.`);
    return report;
  }
  const { span = noSpan } = session;
  const runIt = () => runPostDeploy(session, attempt, now, report.taskDefinition);
  const after = deployTaskOf(session.target, "after")
    ? await span("post-deploy task", runIt, (one) => (!one || one.state === "done" ? undefined : one.said))
    : undefined;
  if (after && after.state !== "done") return { ...report, after, exitCode: afterFailed };
  const { keep } = attempt.settings;
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

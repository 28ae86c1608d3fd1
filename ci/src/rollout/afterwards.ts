import { afterFailed } from "../report/exit-codes.js";
import type { Report } from "../report/report.js";
import type { Attempt } from "./attempt/attempt.js";
import type { ServiceNow } from "./ecs/read.js";
import { keepNewest } from "./keep/keep.js";
import { runAfter } from "./one-off/after.js";
import { oneOffOf } from "./one-off/one-off.js";
import type { Session } from "./release.js";
import { noSpan } from "./span.js";

/**
 * What follows on a deploy once its verdict is `deployed`: the target's task, and then, when all is well, the old revisions go. The verdict stays what it is, whatever becomes of this: the report tells it
 * beside, and the exit code.
 */
export async function afterwards(session: Session, attempt: Attempt, now: ServiceNow, report: Report): Promise<Report> {
  if (report.verdict !== "deployed") {
    if (attempt.verb === "deploy" && oneOffOf(session.target, "after"))
      session.progress(`The task after the deploy is not run: the verdict is ${report.verdict}.`);
    return report;
  }
  const { span = noSpan } = session;
  const runIt = () => runAfter(session, attempt, now, report.taskDefinition);
  const after = oneOffOf(session.target, "after")
    ? await span("post-deploy task", runIt, (one) => (!one || one.state === "done" ? undefined : one.said))
    : undefined;
  if (after && after.state !== "done") return { ...report, after, exitCode: afterFailed };
  const { keep } = attempt.asked;
  const kept =
    keep === undefined
      ? undefined
      : await span(
          "prune",
          () => keepNewest(session, keep),
          ({ refused }) => refused,
        );
  return { ...report, ...(after && { after }), ...(kept && { kept }) };
}

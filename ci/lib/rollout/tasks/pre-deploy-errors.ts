import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import type { Target } from "../../config/target.js";
import { causeLines, logLines } from "../diagnose/diagnosis-text.js";
import type { Release } from "../session.js";
import { type DeployTaskRun, taskName } from "./deploy-task.js";
import type { TaskExplanation } from "./explain-task.js";
import type { DeployTaskEnd } from "./task-record.js";

/** Error for a failed pre-deploy task: the service was not changed. Exit code 2. */
export function preDeployFailed(
  { version }: Release,
  run: DeployTaskRun,
  { task, at }: DeployTaskEnd & { state: "failed" },
  { diagnosis, log }: TaskExplanation,
): InputError {
  const lines = [
    `REFUSED: ${version}. ${taskName(run)} failed; the service was not changed.`,
    "",
    `task        ${task} of ${nameIn(run.revision)}`,
    `command     ${JSON.stringify(run.command)}`,
    `ended       ${new Date(at).toISOString()}`,
    "",
    ...causeLines(diagnosis),
    "",
    ...logLines(log),
    "",
    "Next: correct the cause and deploy a new version. To run the task of this one again, deploy with another --run-id; to deploy without it, pass --skip-before.",
  ];
  return new InputError("before-failed", lines.join("\n"));
}

/** Error for a pre-deploy task that may have run with an unknown outcome: a user must check it. Exit code 2. */
export function preDeployUnknown({ cluster, container }: Target, run: DeployTaskRun, known: string): InputError {
  return new InputError(
    "before-unknown",
    [
      `${taskName(run)} may have run, and its outcome is not known: ${known}. The service was not changed, and the task is not run again.`,
      `To find out: read the log of container ${container} from that time on, and run aws ecs list-tasks --cluster ${cluster} --started-by ${run.startedBy} (with --desired-status STOPPED too).`,
      "To continue: when its work is done, pass --skip-before; to run it once more, deploy with another --run-id.",
    ].join("\n"),
  );
}

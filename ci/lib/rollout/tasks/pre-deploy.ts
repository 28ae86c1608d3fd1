import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import type { Target } from "../../config/target.js";
import { type CurrentService, describeService } from "../../ecs/service.js";
import { type ReadableDeployments, readableDeployments } from "../../ecs/service-deployments.js";
import { causeLines, logLines } from "../diagnose/diagnosis-text.js";
import { refuseBusy } from "../refuse-busy.js";
import { type DeployRequest, idempotencyKey } from "../revisions/deploy-request.js";
import { describeRevision, type OwnRevision, tagOf } from "../revisions/own-revisions.js";
import { noSpan, type Release, type Session } from "../session.js";
import { type DeployTaskRun, deployTaskOf, taskName, toTaskRun } from "./deploy-task.js";
import { explainTask, type TaskExplanation } from "./explain-task.js";
import { runOnce } from "./run-once.js";
import { type DeployTaskEnd, type DeployTaskRecord, parseRecord, recordTag } from "./task-record.js";

/** The revision to roll out, and what earlier calls of the deploy left. */
export interface Registered {
  revision: OwnRevision;
  /** Registered by this call. */
  isNew: boolean;
  /** All revisions of the deploy from earlier calls, and the service's deployments. */
  own: readonly OwnRevision[];
  known: ReadableDeployments;
}

/**
 * Runs the target's pre-deploy task once per deploy, and returns when it succeeded. The service is not changed before.
 * @throws InputError when the task failed, now or in an earlier call of the deploy, when its outcome is unknown, or when another
 * deployment began meanwhile.
 */
export async function runPreDeploy(
  session: Session,
  request: DeployRequest,
  now: CurrentService,
  registered: Registered,
): Promise<void> {
  const oneOff = deployTaskOf(session.target, "before");
  if (!oneOff || request.verb !== "deploy") return;
  if (request.settings.skipBefore) return session.progress("Skipping the pre-deploy task (--skip-before).");
  const { revision, record } = await findRecord(session, registered);
  const run = toTaskRun(oneOff, idempotencyKey(session.target, request), revision);
  const { span = noSpan } = session;
  const outcome = await span("pre-deploy task", () => runOnce(session, now.service, run, record), failureOf);
  switch (outcome.state) {
    case "done":
      return record?.state === "done" ? undefined : await refuseMeanwhile(session, now, registered.revision);
    case "failed":
      throw preDeployFailed(request.release, run, outcome, await explainTask(session, run, outcome));
    case "unknown":
      throw preDeployUnknown(session.target, run, outcome.known);
  }
}

function failureOf({ state }: { state: string }): string | undefined {
  return state === "done" ? undefined : `the task ended as ${state}`;
}

/**
 * Refuses the deploy when another deployment of the running revision began during the task, as before the task. A deployment of another
 * revision is found by the update.
 */
async function refuseMeanwhile(
  session: Session,
  now: CurrentService,
  { base, registeredAt }: OwnRevision,
): Promise<void> {
  const service = await describeService(session.aws, session.target, session.signal);
  if (service.taskDefinition !== base) return;
  await refuseBusy(session, { ...now, service }, await readableDeployments(session, registeredAt));
}

/**
 * Finds the record of the deploy's task: on the revision itself, or on a duplicate that a lost answer left and that was not rolled out
 * either.
 */
async function findRecord(
  session: Session,
  { revision, isNew, own, known }: Registered,
): Promise<{ revision: string; record?: DeployTaskRecord }> {
  if (isNew) return { revision: revision.arn };
  const isSpent = ({ arn }: OwnRevision) => known.listed.some((one) => one.taskDefinition === arn);
  const duplicates = own.filter((one) => one.arn !== revision.arn && one.base === revision.base && !isSpent(one));
  for (const { arn } of [revision, ...duplicates]) {
    const text = tagOf(await describeRevision(session, arn), recordTag.before);
    if (text !== undefined) return { revision: arn, record: parseRecord(text) };
  }
  return { revision: revision.arn };
}

/** Error for a failed pre-deploy task: the service was not changed. Exit code 2. */
function preDeployFailed(
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
function preDeployUnknown({ cluster, container }: Target, run: DeployTaskRun, known: string): InputError {
  return new InputError(
    "before-unknown",
    [
      `${taskName(run)} may have run, and its outcome is not known: ${known}. The service was not changed, and the task is not run again.`,
      `To find out: read the log of container ${container} from that time on, and run aws ecs list-tasks --cluster ${cluster} --started-by ${run.startedBy} (with --desired-status STOPPED too).`,
      "To continue: when its work is done, pass --skip-before; to run it once more, deploy with another --run-id.",
    ].join("\n"),
  );
}

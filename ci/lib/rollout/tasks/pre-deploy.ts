import { type CurrentService, describeService } from "../../ecs/service.js";
import { type ReadableDeployments, readableDeployments } from "../../ecs/service-deployments.js";
import { refuseBusy } from "../plan/deployment-in-flight.js";
import { type DeployRequest, idempotencyKey } from "../revisions/deploy-request.js";
import { describeRevision, type OwnRevision, tagOf } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import { noSpan } from "../span.js";
import { deployTaskOf, toTaskRun } from "./deploy-task.js";
import { explainTask } from "./explain-task.js";
import { preDeployFailed, preDeployUnknown } from "./pre-deploy-errors.js";
import { runOnce } from "./run-once.js";
import { type DeployTaskRecord, parseRecord, recordTag } from "./task-record.js";

/** The revision that is about to be rolled out, and what else the attempt has left behind. */
export interface Registered {
  revision: OwnRevision;
  /** Registered by this very call. */
  isNew: boolean;
  /** All revisions of the attempt from before, and the deployments that there are. */
  own: readonly OwnRevision[];
  known: ReadableDeployments;
}

/**
 * Runs the target's task before the deploy, once an attempt, and lets the deploy go on when it ended well. Nothing of the service is
 * changed until then.
 * @throws InputError when it failed, now or at an earlier call of the attempt, when nobody knows how it ended, or when somebody has
 * begun a deployment meanwhile.
 */
export async function runPreDeploy(
  session: Session,
  attempt: DeployRequest,
  now: CurrentService,
  registered: Registered,
): Promise<void> {
  const oneOff = deployTaskOf(session.target, "before");
  if (!oneOff || attempt.verb !== "deploy") return;
  if (attempt.settings.skipBefore)
    return session.progress("The task before the deploy is left out, as asked (--skip-before).");
  const { revision, record } = await findRecord(session, registered);
  const run = toTaskRun(oneOff, idempotencyKey(session.target, attempt), revision);
  const { span = noSpan } = session;
  const outcome = await span("pre-deploy task", () => runOnce(session, now.service, run, record), failureOf);
  switch (outcome.state) {
    case "done":
      return record?.state === "done" ? undefined : await refuseMeanwhile(session, now, registered.revision);
    case "failed":
      throw preDeployFailed(attempt.release, run, outcome, await explainTask(session, run, outcome));
    case "unknown":
      throw preDeployUnknown(session.target, run, outcome.known);
  }
}

function failureOf({ state }: { state: string }): string | undefined {
  return state === "done" ? undefined : `the task ended as ${state}`;
}

/**
 * The task may have taken long: a deployment that somebody has begun meanwhile of what ran is left alone, as one from before is. Who has
 * set the service to another revision is told where it is updated.
 */
async function refuseMeanwhile(
  session: Session,
  now: CurrentService,
  { base, registeredAt }: OwnRevision,
): Promise<void> {
  const service = await describeService(session.aws, session.target, session.signal);
  if (service.taskDefinition !== base) return;
  refuseBusy(session.target, { ...now, service }, await readableDeployments(session, registeredAt));
}

/**
 * What the attempt has noted of its task: on the revision itself, or on a duplicate of it that came of a lost answer and has not been
 * rolled out either.
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

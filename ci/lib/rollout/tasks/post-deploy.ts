import { describeTaskDefinition } from "../../aws/raw-task-definition.js";
import { neutral } from "../../common/foreign-text.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import type { DeployRequest } from "../revisions/deploy-request.js";
import { tagOf } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import { type DeployTask, deployTaskOf, taskName, toTaskRun } from "./deploy-task.js";
import { explainTask, type TaskExplanation } from "./explain-task.js";
import { runOnce } from "./run-once.js";
import { parseRecord, recordTag } from "./task-record.js";

/** Outcome of the post-deploy task. */
export interface PostDeployResult {
  /** `unknown`: the task may have run, and its outcome can't be read. */
  state: "done" | "failed" | "unknown";
  /** The outcome as a sentence. */
  said: string;
  /** Id of the task, where there is one. */
  task?: string;
  /** Present when the task failed. */
  why?: TaskExplanation;
}

/**
 * Runs the target's post-deploy task, once for each revision that a deploy has registered, in whichever call reaches it. Its failures are
 * not thrown, because the deploy is complete.
 * @param revision ARN of the deployed revision.
 * @returns undefined where there is none to run.
 */
export async function runPostDeploy(
  session: Session,
  request: DeployRequest,
  now: CurrentService,
  revision: string,
): Promise<PostDeployResult | undefined> {
  const oneOff = deployTaskOf(session.target, "after");
  if (!oneOff || request.verb !== "deploy") return undefined;
  if (request.settings.skipAfter) {
    session.progress("Skipping the post-deploy task (--skip-after).");
    return undefined;
  }
  try {
    return await run(session, now, oneOff, revision);
  } catch (error) {
    session.signal?.throwIfAborted();
    return {
      state: "unknown",
      said: `${taskName(oneOff)} could not be completed: ${neutral((error as Error).message)}`,
    };
  }
}

async function run(
  session: Session,
  { service }: CurrentService,
  oneOff: DeployTask,
  revision: string,
): Promise<PostDeployResult | undefined> {
  const made = await describeTaskDefinition(session.aws.ecs, revision, session.signal);
  const key = tagOf(made, revisionTag.attempt);
  if (key === undefined || tagOf(made, revisionTag.verb) !== "deploy") {
    session.progress(`Skipping the post-deploy task: no deploy has registered the running revision.`);
    return undefined;
  }
  const text = tagOf(made, recordTag.after);
  const one = toTaskRun(oneOff, key, revision);
  const outcome = await runOnce(session, service, one, text === undefined ? undefined : parseRecord(text));
  if (outcome.state === "unknown") {
    return {
      state: "unknown",
      said: `${taskName(one)} may have run, and its outcome is not known: ${outcome.known}. It is not run again.`,
    };
  }
  const { state, task, at } = outcome;
  if (state === "done") return { state, task, said: `${taskName(one)} succeeded at ${new Date(at).toISOString()}.` };
  const why = await explainTask(session, one, outcome);
  return { state, task, said: `${taskName(one)} failed: ${why.diagnosis.title}.`, why };
}

import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { nameIn } from "../../common/aws-names.js";
import { REFUSED, SlipwayError } from "../../common/errors.js";
import { runningOf } from "../../ecs/containers.js";
import { type ListedDeployment, readableDeployments } from "../../ecs/service-deployments.js";
import { isFinished } from "../../ecs/states.js";
import { historyLimit, readHistory } from "../history/read-history.js";
import { lastSuccessful, successfulTargets } from "../history/rollback-target.js";
import { firstStartable, missingImages } from "../history/startable-target.js";
import { describeRevision, registeredAt } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";

/**
 * Returns the revision that an automatic rollback returns to: the rollout's base, or, where that one failed too, the last successful one,
 * as in ECS's own rollback.
 * @param failed ARN of the revision that is rolled back.
 * @returns The ARN of a revision; that of `base` where no better one is known.
 */
export async function rollbackSource(session: Session, base: RawTaskDefinition, failed: string): Promise<string> {
  const arn = String(base.taskDefinition.taskDefinitionArn);
  const { listed } = await readableDeployments(session, registeredAt(base));
  if (!hasFailed(listed, arn)) return arn;
  try {
    const history = await readHistory(session, historyLimit);
    return lastSuccessful(history, runningOf(await describeRevision(session, failed), session.target)).taskDefinition;
  } catch (error) {
    session.signal?.throwIfAborted();
    // No successful revision is known, or the history can't be read.
    if (error instanceof SlipwayError) return arn;
    throw error;
  }
}

/**
 * Returns the revision, or, where its images are no longer in ECR, the last successful one that can be started: tasks that can't
 * start would leave the service on the failed revision and look like a rollback.
 * @throws SlipwayError when none can be started.
 */
export async function startableSource(
  session: Session,
  source: RawTaskDefinition,
  failed: string,
): Promise<RawTaskDefinition> {
  const missing = await missingImages(session)(source);
  if (missing.length === 0) return source;
  const name = nameIn(String(source.taskDefinition.taskDefinitionArn));
  const problem = `${name} can't be started: ${missing.join(" and ")} is not in ECR`;
  const history = await readHistory(session, historyLimit);
  const goals = successfulTargets(history, runningOf(await describeRevision(session, failed), session.target));
  const found = await firstStartable(
    session,
    goals.filter((one) => one.taskDefinition !== source.taskDefinition.taskDefinitionArn),
  );
  if (!found)
    throw new SlipwayError("nothing-startable", REFUSED, `${problem}, and no other successful release can be started`);
  session.progress(
    `${problem}: ${nameIn(found.goal.taskDefinition)} is the last successful revision that can be started.`,
  );
  return found.source;
}

/** Returns true when ECS has deployed the revision and no deployment of it succeeded. Pure. */
export function hasFailed(listed: readonly ListedDeployment[], revision: string): boolean {
  const own = listed.filter((one) => one.taskDefinition === revision);
  return own.length > 0 && own.every(({ status }) => isFinished(status) && status !== "SUCCESSFUL");
}

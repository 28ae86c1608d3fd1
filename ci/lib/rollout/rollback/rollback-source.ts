import { nameIn } from "../../aws/arn.js";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { SlipwayError } from "../../common/errors.js";
import { runningOf } from "../../ecs/containers.js";
import { type ListedDeployment, readableDeployments } from "../../ecs/service-deployments.js";
import { isFinished } from "../../ecs/states.js";
import { historyLimit, readHistory } from "../history/read-history.js";
import { lastSuccessful, successfulTargets } from "../history/rollback-target.js";
import { firstStartable, missingImages } from "../history/startable-target.js";
import { describeRevision, registeredAt } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";

/**
 * What a rollout is taken back to: the revision that it was made from, or, where ECS gave that one up too, the last that ended well, as
 * ECS's own rollback does.
 * @param undone ARN of the revision that is taken back.
 * @returns The ARN of a revision: of `base` where nothing better is known.
 */
export async function rollbackSource(session: Session, base: RawTaskDefinition, undone: string): Promise<string> {
  const arn = String(base.taskDefinition.taskDefinitionArn);
  const { listed } = await readableDeployments(session, registeredAt(base));
  if (!hasFailed(listed, arn)) return arn;
  try {
    const past = await readHistory(session, historyLimit);
    return lastSuccessful(past, runningOf(await describeRevision(session, undone), session.target)).taskDefinition;
  } catch (error) {
    session.signal?.throwIfAborted();
    // Nothing is proven, or ECS may not be asked.
    if (error instanceof SlipwayError) return arn;
    throw error;
  }
}

/**
 * Returns the revision, or, where its images are not in ECR any more, the last one that ended well and can be started: tasks that can't
 * start would leave the service on what is proven wrong, and look like a rollback.
 * @throws SlipwayError when none can be started.
 */
export async function startableSource(
  session: Session,
  source: RawTaskDefinition,
  undone: string,
): Promise<RawTaskDefinition> {
  const missing = await missingImages(session)(source);
  if (missing.length === 0) return source;
  const name = nameIn(String(source.taskDefinition.taskDefinitionArn));
  const gone = `${name} can't be started: ${missing.join(" and ")} is not in ECR`;
  const past = await readHistory(session, historyLimit);
  const goals = successfulTargets(past, runningOf(await describeRevision(session, undone), session.target));
  const found = await firstStartable(
    session,
    goals.filter((one) => one.taskDefinition !== source.taskDefinition.taskDefinitionArn),
  );
  if (!found) throw new SlipwayError("nothing-startable", 4, `${gone}, and no other successful release can be started`);
  session.progress(
    `${gone}: ${nameIn(found.goal.taskDefinition)} is the last successful revision that can be started.`,
  );
  return found.source;
}

/** ECS has deployed it, and never to a good end. Pure. */
export function hasFailed(listed: readonly ListedDeployment[], revision: string): boolean {
  const own = listed.filter((one) => one.taskDefinition === revision);
  return own.length > 0 && own.every(({ status }) => isFinished(status) && status !== "SUCCESSFUL");
}

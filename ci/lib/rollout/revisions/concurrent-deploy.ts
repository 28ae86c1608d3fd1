import { taskDefinitionsOf } from "../../ecs/service-deployments.js";
import type { Session } from "../session.js";
import type { WatchedRollout } from "../watch/watch.js";

/**
 * Finds a concurrent deploy. UpdateService takes no condition, so a concurrent deploy can't be prevented, only detected: our rollout must
 * have replaced the revision that its own was made from.
 * @returns A sentence about the concurrent deploy; undefined when there was none, or when it can't be determined.
 */
export async function findConcurrentDeploy(
  session: Session,
  base: string | undefined,
  { snapshots }: WatchedRollout,
): Promise<string | undefined> {
  const sources = snapshots.at(-1)?.ours?.sources ?? [];
  if (base === undefined || sources.length === 0) return undefined;
  try {
    const replaced = await taskDefinitionsOf(session, sources);
    const others = [...replaced.values()].filter((one) => one !== base);
    if (others.length === 0) return undefined;
    return `it replaced ${others.join(" and ")}, but was made from ${base}: a concurrent deploy was overwritten`;
  } catch (error) {
    // A failed read must not hide the verdict, which is already known.
    return `concurrent deploys could not be read: ${(error as Error).message}`;
  }
}

import { taskDefinitionsOf } from "../../ecs/service-deployments.js";
import type { Session } from "../session.js";
import type { WatchedRollout } from "../watch/watch.js";

/**
 * UpdateService takes no condition, so somebody who deploys at the same time can't be kept out, only found out: what our rollout has
 * replaced must be what its revision was made from.
 * @returns Who came between, in a sentence; undefined when nobody did, or when it can't be told.
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
    return `it replaced ${others.join(" and ")}, and was made from ${base}: somebody else deployed at the same time, and that is undone`;
  } catch (error) {
    // Whatever keeps it from being read must not hide the verdict that is already known.
    return `whether somebody else deployed at the same time could not be read: ${(error as Error).message}`;
  }
}

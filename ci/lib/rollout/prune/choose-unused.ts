import type { RevisionUses } from "./revision-uses.js";

/** The active revisions of a family that may be deregistered, and the old ones that are in use. */
export interface Choice {
  /** Numbers, the oldest first. */
  free: number[];
  inUse: { revision: number; by: string }[];
}

/**
 * Chooses the revisions to deregister. The newest ones and the used ones stay, and so do those that are newer than the serving revision:
 * another deploy may have registered one and not begun its rollout yet. Pure.
 * @param active Numbers of the family's active revisions.
 * @param keep Number of the newest revisions that stay: at least one.
 * @param serving The number of the revision that the service is set to.
 */
export function chooseUnused(active: readonly number[], keep: number, serving: number, uses: RevisionUses): Choice {
  const old = [...active]
    .sort((a, b) => b - a)
    .slice(keep)
    .filter((revision) => revision < serving)
    .reverse();
  return {
    free: old.filter((revision) => uses.by(revision) === undefined),
    inUse: old.flatMap((revision) => {
      const by = uses.by(revision);
      return by === undefined ? [] : [{ revision, by }];
    }),
  };
}

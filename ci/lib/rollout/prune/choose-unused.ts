import type { RevisionUses } from "./revision-uses.js";

/** Which of a family's active revisions may go, and which old ones stay because somebody uses them. */
export interface Choice {
  /** Numbers, the oldest first. */
  free: number[];
  inUse: { revision: number; by: string }[];
}

/**
 * The newest stay, whatever is used stays, and so does what is newer than the revision that serves: another deploy may have registered
 * it and not begun its rollout yet. Pure.
 * @param active Numbers of the family's active revisions.
 * @param keep How many of the newest stay: at least one.
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

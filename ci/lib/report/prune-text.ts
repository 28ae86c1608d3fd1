import type { PruneResult } from "../rollout/prune/prune-revisions.js";

/** Formats the result of pruning old revisions: one line for each fact. */
export function pruneLines(kept: PruneResult | undefined): [string, string][] {
  if (!kept) return [];
  const { keep, deregistered, inUse, left, refused } = kept;
  return [
    ["revisions", `kept the ${keep} newest; deregistered: ${deregistered.join(", ") || "none"}`],
    ...inUse.map(({ revision, by }): [string, string] => ["revisions", `${revision} kept: ${by}`]),
    ...(left > 0
      ? ([["revisions", `${left} more are unused: the next deploy with --keep continues`]] as [string, string][])
      : []),
    ...(refused === undefined
      ? []
      : ([["revisions", `nothing ${deregistered.length > 0 ? "more " : ""}was deregistered: ${refused}`]] as [
          string,
          string,
        ][])),
  ];
}

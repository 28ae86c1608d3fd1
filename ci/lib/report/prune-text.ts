import type { PruneResult } from "../rollout/prune/prune-revisions.js";

/** Formats the result of pruning old revisions: one line for each fact. */
export function pruneLines(kept: PruneResult | undefined): [string, string][] {
  if (!kept) return [];
  const { keep, deregistered, inUse, left, refused } = kept;
  return [
    ["revisions", `the ${keep} newest stay; deregistered: ${deregistered.join(", ") || "none"}`],
    ...inUse.map(({ revision, by }): [string, string] => ["revisions", `${revision} stays too: ${by}`]),
    ...(left > 0
      ? ([["revisions", `${left} more may go: the next deploy with --keep goes on`]] as [string, string][])
      : []),
    ...(refused === undefined
      ? []
      : ([["revisions", `nothing ${deregistered.length > 0 ? "more " : ""}was deregistered: ${refused}`]] as [
          string,
          string,
        ][])),
  ];
}

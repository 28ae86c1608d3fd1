import { primaryOf } from "../../ecs/snapshot.js";
import { type Baseline, ownershipOf } from "../verify/baseline.js";
import type { HttpCheck } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";

/** Observations of a rollout, and the HTTP answers after it. */
export interface Seen {
  watched: WatchedRollout;
  http: HttpCheck;
  /** Answers of the public URL before the rollout. */
  baseline: Baseline;
  version: string;
}

/**
 * Returns the reason for an automatic rollback: the rollout failed and ECS did not roll back, or HTTP answers prove that another version
 * is served. A proof counts only from a URL where the running version answered the same requests correctly before, and only for a
 * rollout whose old tasks have all stopped. Pure.
 * @returns undefined when the rollout succeeded, another deployment or a user ended it, ECS rolled back itself, or nothing is proven.
 */
export function rollbackReason({ watched, http, baseline, version }: Seen): string | undefined {
  const { verdict } = watched.judgement;
  if (verdict === "failed" && isGivenUp(watched)) return "ECS stopped the rollout without a rollback";
  if (verdict !== "deployed" || http.state !== "wrong" || !http.proven) return undefined;
  if (ownershipOf(baseline) !== "ours") return undefined;
  return `${http.url} answers ${http.answered} instead of ${version}`;
}

/** Stopped by the circuit breaker or an alarm, with no rollback configured. A rollback that failed too is left to the user. */
function isGivenUp({ subject, snapshots }: WatchedRollout): boolean {
  const latest = snapshots.at(-1);
  if (!subject.classicOnly) return latest?.ours?.status === "STOPPED";
  const primary = latest && primaryOf(latest.service);
  return primary?.taskDefinition === subject.taskDefinition && primary.rolloutState === "FAILED";
}

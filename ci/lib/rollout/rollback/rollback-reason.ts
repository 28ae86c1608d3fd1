import { primaryOf } from "../../ecs/snapshot.js";
import { type Baseline, ownershipOf } from "../verify/baseline.js";
import type { HttpCheck } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";

/** What was seen of a rollout and of what is served after it. */
export interface Seen {
  watched: WatchedRollout;
  http: HttpCheck;
  /** What the public URL answered before the rollout. */
  baseline: Baseline;
  version: string;
}

/**
 * Why a rollout is to be taken back by us: it failed and ECS went back to nothing, or HTTP answers prove that something else than
 * its version is served. A proof counts only from a URL where the running version answered the same questions well before, and only of a
 * rollout whose old tasks are all gone. Pure.
 * @returns undefined when it stays: it is good, somebody else has decided, ECS has gone back itself, or nothing is proven.
 */
export function rollbackReason({ watched, http, baseline, version }: Seen): string | undefined {
  const { verdict } = watched.judgement;
  if (verdict === "failed" && isGivenUp(watched)) return "ECS stopped the rollout without a rollback";
  if (verdict !== "deployed" || http.state !== "wrong" || !http.proven) return undefined;
  if (ownershipOf(baseline) !== "ours") return undefined;
  return `${http.url} answers ${http.answered} instead of ${version}`;
}

/** Stopped by the circuit breaker or an alarm, with no rollback configured. A rollback that failed too is left to people. */
function isGivenUp({ subject, snapshots }: WatchedRollout): boolean {
  const latest = snapshots.at(-1);
  if (!subject.classicOnly) return latest?.ours?.status === "STOPPED";
  const primary = latest && primaryOf(latest.service);
  return primary?.taskDefinition === subject.taskDefinition && primary.rolloutState === "FAILED";
}

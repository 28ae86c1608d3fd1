import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { isEnding, isStarting } from "./phase.js";
import { shiftWait } from "./shift-progress.js";

/** Milliseconds between two reads of our service deployment at most, while a pause may begin: a user waits for it to be reported. */
export const pausePace = 4_000;

/**
 * Stages whose pauses may begin without another stage in between that takes time: `SCALE_UP` starts tasks, the two shifts change the rules of
 * the load balancer.
 */
const nextPauses: ReadonlyMap<string, readonly string[]> = new Map([
  ["RECONCILE_SERVICE", ["RECONCILE_SERVICE", "PRE_SCALE_UP"]],
  ["PRE_SCALE_UP", ["PRE_SCALE_UP"]],
  ["SCALE_UP", ["POST_SCALE_UP"]],
  ["POST_SCALE_UP", ["POST_SCALE_UP"]],
  ["TEST_TRAFFIC_SHIFT", ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"]],
  ["POST_TEST_TRAFFIC_SHIFT", ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"]],
  ["PRE_PRODUCTION_TRAFFIC_SHIFT", ["PRE_PRODUCTION_TRAFFIC_SHIFT"]],
  ["PRODUCTION_TRAFFIC_SHIFT", ["PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]],
  ["POST_PRODUCTION_TRAFFIC_SHIFT", ["POST_PRODUCTION_TRAFFIC_SHIFT"]],
  ["BAKE_TIME", []],
  ["CLEAN_UP", []],
]);

/**
 * Returns true while a PAUSE hook of the service may begin to wait: only our service deployment shows it. At an unknown stage, and before ECS
 * lists the deployment, any pause may begin; in a wait between two traffic shifts none does. Pure.
 * @param within Milliseconds from the latest snapshot to the poll that is meant.
 */
export function mayPause(subject: Subject, snapshots: readonly Snapshot[], within: number): boolean {
  const latest = snapshots.at(-1);
  if (!latest) return false;
  const { service, ours, at } = latest;
  const { pauseStages = [] } = service;
  const { lifecycleStage = "" } = ours ?? {};
  if (pauseStages.length === 0 || subject.classicOnly || subject.listedOnly || isEnding(ours?.status)) return false;
  // The tasks have to run before their health checks begin, which take 10 s at least.
  if (lifecycleStage === "SCALE_UP" && isStarting(subject, service)) return false;
  const next = nextPauses.get(lifecycleStage);
  if (next && !pauseStages.some((stage) => next.includes(stage))) return false;
  const wait = shiftWait(snapshots);
  return wait === undefined || at + within >= wait.endsFrom;
}

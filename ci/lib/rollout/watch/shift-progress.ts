import { networkShiftSeconds, type ShiftPlan } from "../../ecs/shift-plan.js";
import type { ServiceDeploymentView, Snapshot } from "../../ecs/snapshot.js";
import { isUnderWay, receivesTraffic } from "../../ecs/states.js";

/** Progress of a deployment that moves traffic by weight. */
export interface ShiftProgress {
  strategy: string;
  /** Number of production traffic shifts that have taken place, and of all. */
  step: number;
  steps: number;
  /** Share of the traffic that ECS sends to the new tasks, in percent. */
  productionWeight?: number;
  testWeight?: number;
  /** Seconds of the present wait between two shifts, or of the bake time, that are left at most. */
  waitSecondsLeft?: number;
  /** Estimate of the seconds until the end, from the settings; absent once the deployment ends or rolls back. */
  secondsLeft?: number;
}

/**
 * Seconds that ECS takes for the parts of a blue/green deployment beside its configured waits: recorded on Fargate, with 2 tasks and a bake
 * time of 5 minutes; the tasks took 40 to 68 s to register. Old tasks that drain for long make the end later.
 */
const recorded = { scaleUp: 54, testShift: 44, productionShift: 13, settling: 12, cleanUp: 62 };

/** Part of a deployment. The wait between two production shifts includes the settling of the first one. */
interface Part {
  name: string;
  seconds: number;
}

/**
 * Returns the progress of our deployment's traffic shifts. Pure.
 * @param snapshots In order; the last one is the present state.
 * @returns undefined for a rolling deployment, and where its details can't be read.
 */
export function shiftProgress(snapshots: readonly Snapshot[]): ShiftProgress | undefined {
  const { ours, service, at } = snapshots.at(-1) ?? {};
  if (!ours?.shift || !service || at === undefined) return undefined;
  const { strategy, weights } = ours.shift;
  const step = shiftsDone(ours, ours.shift);
  const progress: ShiftProgress = {
    strategy,
    step,
    steps: weights.length,
    ...(ours.productionWeight !== undefined && { productionWeight: ours.productionWeight }),
    ...(ours.testWeight !== undefined && { testWeight: ours.testWeight }),
  };
  if (!isUnderWay(ours)) return progress;
  const parts = partsOf(ours.shift, service.isNetworkBalanced === true);
  const present = partNameOf(ours, step);
  const index = parts.findIndex(({ name }) => name === present);
  const passed = (at - since(snapshots, present)) / 1000;
  const left = Math.max(0, Math.ceil((parts[index]?.seconds ?? 0) - passed));
  const rest = parts.slice(index + 1).reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    ...progress,
    ...(isWait(present) && { waitSecondsLeft: left }),
    secondsLeft: left + rest,
  };
}

/**
 * Returns the number of the report within the present wait: a wait without any change is reported every 5 minutes, a long one twelve
 * times. Pure.
 */
export function waitReport(snapshots: readonly Snapshot[]): string {
  const { ours, at = 0 } = snapshots.at(-1) ?? {};
  if (!ours?.shift || !isUnderWay(ours)) return "";
  const name = partNameOf(ours, shiftsDone(ours, ours.shift));
  if (!isWait(name)) return "";
  const seconds = waitSeconds(name, ours.shift);
  const interval = Math.max(300, seconds / 12);
  // The end of the wait is a change of its own.
  const most = Math.max(0, Math.ceil(seconds / interval) - 1);
  return String(Math.min(most, Math.floor((at - since(snapshots, name)) / 1000 / interval)));
}

/** Wait of a known length, between two traffic shifts or after the last one. */
export interface ShiftWait {
  kind: "step" | "bake";
  seconds: number;
  /** Earliest time of its end, in milliseconds on our clock. */
  endsFrom: number;
}

/**
 * Returns the wait in which our deployment is, where its start was observed; undefined while a lifecycle hook runs or waits, as that may end
 * at any time. Pure.
 */
export function shiftWait(snapshots: readonly Snapshot[]): ShiftWait | undefined {
  const { ours } = snapshots.at(-1) ?? {};
  if (!ours?.shift || !isUnderWay(ours) || ours.waitingHooks.length > 0 || ours.runningHooks.length > 0)
    return undefined;
  const name = partNameOf(ours, shiftsDone(ours, ours.shift));
  const before = snapshots[lastBefore(snapshots, name)];
  if (!isWait(name) || before === undefined) return undefined;
  const seconds = waitSeconds(name, ours.shift);
  return { kind: name === "bake" ? "bake" : "step", seconds, endsFrom: before.at + seconds * 1000 };
}

function isWait(name: string): boolean {
  return name === "bake" || name.startsWith("wait");
}

function waitSeconds(name: string, { bakeSeconds, stepSeconds }: ShiftPlan): number {
  return name === "bake" ? bakeSeconds : stepSeconds;
}

function shiftsDone({ productionWeight = 0 }: ServiceDeploymentView, { weights }: ShiftPlan): number {
  return weights.filter((weight) => weight <= productionWeight).length;
}

function partsOf({ weights, stepSeconds, bakeSeconds }: ShiftPlan, isNetwork: boolean): Part[] {
  const network = isNetwork ? networkShiftSeconds : 0;
  return [
    { name: "scale up", seconds: recorded.scaleUp },
    { name: "test", seconds: recorded.testShift + network },
    ...weights.flatMap((_, step) => [
      { name: `shift ${step}`, seconds: recorded.productionShift + network },
      ...(step < weights.length - 1 ? [{ name: `wait ${step + 1}`, seconds: stepSeconds }] : []),
    ]),
    { name: "settle", seconds: recorded.settling },
    { name: "bake", seconds: bakeSeconds },
    { name: "end", seconds: recorded.cleanUp },
  ];
}

/** The stage alone does not show which production shift it belongs to: the weight does. */
function partNameOf(ours: ServiceDeploymentView, done: number): string {
  const { lifecycleStage = "", shift } = ours;
  if (lifecycleStage === "CLEAN_UP") return "end";
  if (lifecycleStage === "BAKE_TIME") return "bake";
  if (done === shift?.weights.length) return "settle";
  if (done > 0) return `wait ${done}`;
  if (receivesTraffic(ours) || /PRODUCTION_TRAFFIC_SHIFT$/.test(lifecycleStage)) return "shift 0";
  return /TEST_TRAFFIC_SHIFT$/.test(lifecycleStage) ? "test" : "scale up";
}

/** Returns when the present part was first seen, in milliseconds on our clock. */
function since(snapshots: readonly Snapshot[], name: string): number {
  return (snapshots[lastBefore(snapshots, name) + 1] ?? snapshots.at(-1))?.at ?? 0;
}

/** Returns the index of the last snapshot before the present part; -1 where its start was not observed. */
function lastBefore(snapshots: readonly Snapshot[], name: string): number {
  // From the end: a long wait has hundreds of snapshots, and this is read at each poll.
  return snapshots.findLastIndex(({ ours }) => !ours?.shift || partNameOf(ours, shiftsDone(ours, ours.shift)) !== name);
}

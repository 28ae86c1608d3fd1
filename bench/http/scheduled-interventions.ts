import { setTimeout as delay } from "node:timers/promises";
import { intervene } from "../scenario/interventions.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import type { HttpEnvironment, Speed } from "./http-environment.js";

/** Interventions of a scenario, each carried out at its time. */
export interface ScheduledInterventions {
  /** Called when the deployer starts. */
  begin(): void;
  /** Called when its first UpdateService has had its effect. */
  updated(): void;
  /**
   * Carries out the interventions that a user makes at once when a hook waits, and waits for them. False when none is due at the stage.
   * @param stage Lifecycle stage in a response to the deployer.
   */
  settlePause(stage: string): Promise<boolean>;
  /** Waits for all started interventions and returns their errors. */
  done(): Promise<string[]>;
}

/** Milliseconds of the scenario below which an intervention comes before a poll of the deployer. */
const AT_ONCE = 100;
/** Milliseconds in which ECS shows the effect of an intervention: a replaced deployment is not stopped at once. */
const SHOWN_WITHIN = 2_000;
/** Milliseconds between two reads of the lifecycle stage. */
const stageInterval = 50;
/** Maximum number of reads after the deployer's end. */
const mostReads = 1_200;

export function scheduleInterventions(
  stage: HttpEnvironment,
  scenario: Scenario,
  { factor }: Speed,
): ScheduledInterventions {
  const begun = new Set<Intervention>();
  const atOnce = new Set<Promise<void>>();
  const work: Promise<unknown>[] = [];
  const problems: string[] = [];
  let isOver = false;
  let settledAt = Number.NEGATIVE_INFINITY;
  const play = (from: NonNullable<Intervention["from"]>, step = 1) => {
    for (const each of scenario.interventions ?? []) {
      if ((each.from ?? "update") !== from || (each.step ?? 1) !== step || begun.has(each)) continue;
      begun.add(each);
      const done = delay(each.at / factor).then(() => intervene(stage, scenario, each));
      const ended = done.catch((error: Error) => {
        // Refused while the cluster has a service or a task, as the scenario expects.
        if (error.name !== "ClusterContainsServicesException") problems.push(`${each.do}: ${error.message}`);
      });
      work.push(ended);
      if (each.at >= AT_ONCE) continue;
      const settled = ended.then(() => void atOnce.delete(settled));
      atOnce.add(settled);
    }
  };

  const atStages = (scenario.interventions ?? []).filter(
    ({ from = "update" }) => from !== "update" && from !== "start",
  );
  let following: Promise<void> | undefined;

  /** Carries out the interventions of lifecycle stages, also after the deployer's end, until the deployment has ended. */
  async function followStages() {
    for (let left = mostReads; left > 0 && atStages.some((each) => !begun.has(each)); left -= isOver ? 1 : 0) {
      // A read can meet a state that is being written.
      const entered = await stage.lifecycleStage().catch(() => undefined);
      if (entered) play(entered.name, entered.step);
      else if (isOver) return;
      await delay(stageInterval);
    }
  }

  return {
    begin() {
      play("start");
      if (atStages.length > 0) following = followStages();
    },
    updated: () => play("update"),
    async settlePause(name) {
      if (atStages.length === 0) return false;
      // The local ECS writes its state some 50 ms after each change.
      for (let left = 20; left > 0; left--) {
        const entered = await stage.lifecycleStage().catch(() => undefined);
        if (entered) play(entered.name, entered.step);
        if (entered?.name === name) break;
        await delay(stageInterval);
      }
      const due = [...atOnce];
      await Promise.all(due);
      if (due.length > 0) settledAt = performance.now();
      else if (performance.now() - settledAt < SHOWN_WITHIN) await delay(stageInterval);
      else return false;
      return true;
    },
    async done() {
      isOver = true;
      await following;
      for (const each of atStages)
        if (!begun.has(each))
          problems.push(`${each.do}: the stage ${each.from} was passed between two reads, or not reached`);
      await Promise.all(work);
      return problems;
    },
  };
}

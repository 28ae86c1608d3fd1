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
  /** Waits for all started interventions and returns their errors. */
  done(): Promise<string[]>;
}

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
  const work: Promise<unknown>[] = [];
  const problems: string[] = [];
  let isOver = false;
  const play = (from: NonNullable<Intervention["from"]>, step = 1) => {
    for (const each of scenario.interventions ?? []) {
      if ((each.from ?? "update") !== from || (each.step ?? 1) !== step || begun.has(each)) continue;
      begun.add(each);
      const done = delay(each.at / factor).then(() => intervene(stage, scenario, each));
      work.push(
        done.catch((error: Error) => {
          // Refused while the cluster has a service or a task, as the scenario expects.
          if (error.name !== "ClusterContainsServicesException") problems.push(`${each.do}: ${error.message}`);
        }),
      );
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

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

  /** Carries out the interventions of lifecycle stages: those that are passed between two reads too late or not at all. */
  async function followStages() {
    while (!isOver) {
      const entered = await stage.lifecycleStage();
      if (entered) play(entered.name, entered.step);
      await delay(stageInterval);
    }
  }

  return {
    begin() {
      play("start");
      if (scenario.interventions?.some(({ from = "update" }) => from !== "update" && from !== "start"))
        void followStages().catch((error: Error) => problems.push(`stages: ${error.message}`));
    },
    updated: () => play("update"),
    async done() {
      isOver = true;
      await Promise.all(work);
      return problems;
    },
  };
}

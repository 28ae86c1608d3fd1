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

export function scheduleInterventions(
  stage: HttpEnvironment,
  scenario: Scenario,
  { factor }: Speed,
): ScheduledInterventions {
  const begun = new Set<Intervention>();
  const work: Promise<unknown>[] = [];
  const problems: string[] = [];
  const play = (from: "start" | "update") => {
    for (const each of scenario.interventions ?? []) {
      if ((each.from ?? "update") !== from || begun.has(each)) continue;
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
  return {
    begin: () => play("start"),
    updated: () => play("update"),
    async done() {
      await Promise.all(work);
      return problems;
    },
  };
}

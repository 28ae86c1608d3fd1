import { awsTiming } from "../../infra/local/aws/index.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";

/** Milliseconds over which the starts are spread: the longest poll interval of the deployer. */
const spread = 5_000;

/**
 * Returns the scenario as it runs at one of `count` phases: what happens in ECS is moved against the deployer's polls, so that a delay is
 * measured at every point between two polls. Phase 0 is the scenario itself. The delays of ECS stay within what was recorded of AWS: 45 to
 * 95 s to the first task, 38 to 68 s to the registered targets of a traffic shift, 25 to 30 s of DEPROVISIONING. Pure.
 */
export function atPhase(scenario: Scenario, phase: number, count: number): Scenario {
  if (phase === 0) return scenario;
  const { aws, interventions } = scenario;
  const timing = { ...awsTiming, ...aws?.timing };
  /** Different strides, so that no two delays are moved alike. */
  const offset = (stride: number) => Math.round((((phase * stride) % count) / count) * spread);
  const started = offset(1);
  return {
    ...scenario,
    aws: {
      ...aws,
      timing: {
        ...aws?.timing,
        deploymentStart: timing.deploymentStart + started,
        scaleUp: timing.scaleUp + started,
        deprovisioning: timing.deprovisioning + offset(3),
        rollbackStart: timing.rollbackStart + offset(5),
      },
    },
    ...(interventions && {
      interventions: interventions.map((one) => (countsFromUpdate(one) ? { ...one, at: one.at + started } : one)),
    }),
  };
}

/** An event at a lifecycle stage moves with the stage: a user who ends a pause at once does so at every phase. */
const countsFromUpdate = ({ from = "update" }: Intervention) => from === "update";

import type { Before, Scenario } from "../scenario/scenario.js";

/** Removes contradictions from a scenario, such as an impossible history. */
export function makeConsistent(scenario: Scenario): Scenario {
  const { before, service = {}, deployer } = scenario;
  if (!before) return scenario;
  const { desiredCount = 1, breaker = "rollback" } = service;
  const couldFail = desiredCount > 0 && breaker !== "off";
  const past =
    before.completed === false && couldFail ? neverCompleted : pastOf(before, couldFail && breaker !== "stop");
  const isFirst = past.completed === false;
  return {
    ...scenario,
    before: past,
    // Without it the preflight check refuses, and the simulation ends there.
    ...(isFirst && { deployer: { ...deployer, ignore: [...(deployer?.ignore ?? []), "nothing-to-return-to"] } }),
  };
}

const neverCompleted: Before = { completed: false };

/** Only a circuit breaker rolls back tasks that exit at once, and only to an earlier version. */
function pastOf({ completed: _, broken = [], ...before }: Before, canGoBack: boolean): Before {
  const [, ...later] = before.versions ?? [];
  const failed = canGoBack ? broken.filter((version) => later.includes(version)) : [];
  return { ...before, ...(failed.length > 0 && { broken: failed }) };
}

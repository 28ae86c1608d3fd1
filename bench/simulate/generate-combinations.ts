import fc from "fast-check";
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import { is, oneOf, seconds } from "./arbitraries.js";

/** Adds related parts to a scenario. */
type Addition = (scenario: Scenario) => Scenario;

const hook: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.constantFrom<string[][]>(
      ["PRE_SCALE_UP"],
      ["POST_SCALE_UP"],
      ["RECONCILE_SERVICE"],
      ["PRE_SCALE_UP", "POST_SCALE_UP"],
    ),
    oneOf<JsonObject | undefined>(
      [1, is(undefined)],
      [
        3,
        fc.record({
          timeoutInMinutes: fc.constantFrom(1, 3, 10, 30),
          action: fc.constantFrom<("CONTINUE" | "ROLLBACK")[]>("CONTINUE", "ROLLBACK"),
        }),
      ],
    ),
  )
  .map(([lifecycleStages, timeoutConfiguration]) => ({
    targetType: "PAUSE",
    lifecycleStages,
    ...(timeoutConfiguration && { timeoutConfiguration }),
  }));

/** Lifecycle hooks that pause: they wait, an operator continues or rolls back, or they time out; and the deploy is run again. */
export const paused: fc.Arbitrary<Addition> = fc
  .record({
    hooks: fc.array(hook, { minLength: 1, maxLength: 2 }),
    continued: fc.array(
      fc.record({ at: seconds(5, 600), action: fc.constantFrom<("CONTINUE" | "ROLLBACK")[]>("CONTINUE", "ROLLBACK") }),
      { maxLength: 2 },
    ),
    again: fc.array(seconds(0, 1_200), { maxLength: 3 }),
  })
  .map(({ hooks, continued, again }) => (scenario) => {
    const going = continued.map(({ at, action }): Intervention => ({ at, do: "continue", action }));
    const interventions = [...(scenario.interventions ?? []), ...going];
    return {
      ...scenario,
      service: { ...scenario.service, hooks },
      ...(interventions.length > 0 && { interventions }),
      ...(again.length > 0 && { again }),
    };
  });

/** Releases that ECS reports as healthy and the public URL does not: tests the automatic rollback. */
export const unserved: fc.Arbitrary<Addition> = fc
  .record({
    serves: fc.constantFrom({ status: 500 }, { version: "v0.0.1" }, { status: 404 }),
    part: oneOf([3, is(false)], [1, is(true)]),
  })
  .map(({ serves, part }) => ({ deployer, ...scenario }) => {
    const { verb: _verb, to: _to, ...settings } = deployer ?? {};
    const tasks = part ? [{ serves }, {}] : [{ serves }];
    return { ...scenario, release: { ...scenario.release, tasks }, deployer: { ...settings, http: true } };
  });

/** Two deploys of ours at the same time: the same command twice, or two versions. */
export const withConcurrentDeploy: fc.Arbitrary<Addition> = fc
  .record({
    at: oneOf([1, fc.integer({ min: 0, max: 2_000 })], [1, seconds(0, 120)]),
    isOther: fc.boolean(),
    isOtherRun: fc.boolean(),
  })
  .map(({ at, isOther, isOtherRun }) => (scenario) => {
    if (scenario.deployer?.verb === "rollback") return scenario;
    const runId = isOtherRun ? "run-2" : scenario.deployer?.runId;
    const concurrent = { at, ...(isOther && { version: "v3.0.0" }), ...(runId !== undefined && { runId }) };
    return { ...scenario, concurrent };
  });

/** An alarm that watches the deployments and fires at some time of one: before, in the middle, in its bake time, or after. */
export const alarmed: fc.Arbitrary<Addition> = fc
  .record({ at: seconds(1, 500), bakes: fc.boolean(), clears: fc.boolean() })
  .map(({ at, bakes, clears }) => (scenario) => {
    const fires: Intervention = { at, do: "alarm", name: "errors", state: "ALARM" };
    const cleared: Intervention[] = clears ? [{ ...fires, at: at + 60_000, state: "OK" }] : [];
    const { deploymentConfiguration, ...more } = scenario.service?.more ?? {};
    const configuration = { ...(deploymentConfiguration as JsonObject), ...(bakes && { bakeTimeInMinutes: 5 }) };
    return {
      ...scenario,
      service: { ...scenario.service, alarms: ["errors"], more: { ...more, deploymentConfiguration: configuration } },
      interventions: [...(scenario.interventions ?? []), fires, ...cleared],
    };
  });

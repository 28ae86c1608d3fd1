import fc from "fast-check";
import type { FunctionBehaviour, JsonObject } from "../../infra/local/aws/index.js";
import { lifecycleStages } from "../scenario/fixture.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import { is, MINUTE, oneOf, seconds } from "./arbitraries.js";
import { denied } from "./generate-faults.js";

/** Rarer parts of a scenario with BLUE_GREEN, LINEAR or CANARY: each adds to what is drawn before it. */
type Addition = (scenario: Scenario) => Scenario;

const from = fc.constantFrom(...lifecycleStages);

/** Deletions, denials and changes of the settings some time after a stage has begun. */
const atStage: fc.Arbitrary<Addition> = fc
  .tuple(
    from,
    seconds(0, 60),
    fc.oneof<fc.Arbitrary<Omit<Intervention, "at">>[]>(
      is({ do: "delete-service" }),
      fc.record({ do: is("deny"), actions: denied }),
      is({ do: "protect", version: "v1.0.0", minutes: 60 }),
      is({ do: "update", members: { deploymentConfiguration: { strategy: "ROLLING" } } }),
      is({ do: "scale", desiredCount: 0 }),
    ),
  )
  .map(
    ([from, at, what]) =>
      (scenario) =>
        withInterventions(scenario, { at, from, ...what } as Intervention),
  );

/** Tasks that run at first, and crash for good once traffic has moved to them. */
const crashing: fc.Arbitrary<Addition> = fc
  .tuple(
    fc.constantFrom("PRODUCTION_TRAFFIC_SHIFT" as const, "BAKE_TIME" as const),
    fc.constantFrom("off" as const, "rollback" as const, "stop" as const),
    seconds(1, 60),
  )
  .map(([from, breaker, at]) => (scenario) => {
    const count = scenario.deployer?.desiredCount ?? scenario.service?.desiredCount ?? 1;
    const good = Array.from({ length: count }, () => ({}));
    return withInterventions(
      {
        ...scenario,
        service: { ...scenario.service, breaker },
        release: { ...scenario.release, tasks: [...good, { exit: { after: 3_000, code: 1 } }] },
      },
      { at, from, do: "crash", version: scenario.release?.version ?? "v2.0.0", count },
    );
  });

const LONG = "long-check";
/** A function without a time-out of its own, which takes longer than the deployer's computed time counts for it. */
const longFunction: fc.Arbitrary<Addition> = fc
  .tuple(fc.constantFrom("POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"), fc.constantFrom(10, 60, 120))
  .map(([stage, calls]) => (scenario) => {
    const inProgress: FunctionBehaviour = { output: { hookStatus: "IN_PROGRESS", callBackDelay: 30 } };
    const hook: JsonObject = {
      hookTargetArn: `arn:aws:lambda:us-west-2:123456789012:function:${LONG}`,
      roleArn: "arn:aws:iam::123456789012:role/web-hooks",
      lifecycleStages: [stage],
    };
    const { timeoutMs: _, ...deployer } = scenario.deployer ?? {};
    return {
      ...scenario,
      service: { ...scenario.service, hooks: [...(scenario.service?.hooks ?? []), hook] },
      functions: {
        ...scenario.functions,
        [LONG]: [...Array.from({ length: calls }, () => inProgress), { output: { hookStatus: "SUCCEEDED" } }],
      },
      deployer: { ...deployer, onTimeout: "rollback" },
    };
  });

/** The deploy changes the service's strategy, for good or for itself. */
const otherStrategy: fc.Arbitrary<Addition> = fc
  .record({
    strategy: fc.constantFrom("blue-green" as const, "canary" as const, "linear" as const, "rolling" as const),
    strategyOnce: fc.boolean(),
  })
  .map(
    ({ strategy, strategyOnce }) =>
      (scenario) =>
        scenario.deployer?.verb !== undefined
          ? scenario
          : {
              ...scenario,
              deployer: {
                ...scenario.deployer,
                strategy,
                ...(strategyOnce && { strategyOnce }),
                timeoutMs: scenario.deployer?.timeoutMs ?? 120 * MINUTE,
              },
            },
  );

function withInterventions(scenario: Scenario, ...more: Intervention[]): Scenario {
  return { ...scenario, interventions: [...(scenario.interventions ?? []), ...more] };
}

/** One addition in a third of the scenarios. */
export const addition: fc.Arbitrary<Addition> = oneOf<Addition>(
  [8, is((scenario: Scenario) => scenario)],
  [1, atStage],
  [1, crashing],
  [1, longFunction],
  [1, otherStrategy],
);

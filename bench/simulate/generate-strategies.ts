import fc from "fast-check";
import {
  type FunctionBehaviour,
  type JsonObject,
  type LifecycleStage,
  throttled,
} from "../../infra/local/aws/index.js";
import { lifecycleStages, testUrl } from "../scenario/fixture.js";
import type { Intervention, Scenario, TaskScript } from "../scenario/scenario.js";
import { is, MINUTE, oneOf, seconds } from "./arbitraries.js";
import { addition } from "./generate-strategy-events.js";

const bake = fc.constantFrom(0, 1, 1, 3, 10);

/** Mostly few steps and short waits: AWS's own defaults last an hour. */
const strategy: fc.Arbitrary<JsonObject> = oneOf(
  [4, fc.record({ strategy: is("BLUE_GREEN"), bakeTimeInMinutes: bake })],
  [
    3,
    fc.record({
      strategy: is("CANARY"),
      bakeTimeInMinutes: bake,
      canaryConfiguration: fc.record({
        canaryPercent: fc.constantFrom(10, 5, 0.1, 33.3, 100),
        canaryBakeTimeInMinutes: fc.constantFrom(1, 3, 0, 10),
      }),
    }),
  ],
  [
    3,
    fc.record({
      strategy: is("LINEAR"),
      bakeTimeInMinutes: bake,
      linearConfiguration: fc.record({
        stepPercent: fc.constantFrom(50, 25, 33.3, 20, 100),
        stepBakeTimeInMinutes: fc.constantFrom(1, 2, 0, 5),
      }),
    }),
  ],
  [1, fc.constantFrom("CANARY", "LINEAR").map((strategy): JsonObject => ({ strategy }))],
);

const pausing = fc.constantFrom(
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "RECONCILE_SERVICE",
);
const hook: fc.Arbitrary<JsonObject> = fc.record({
  targetType: is("PAUSE"),
  lifecycleStages: fc.uniqueArray(pausing, { minLength: 1, maxLength: 2 }),
  timeoutConfiguration: fc.record({
    timeoutInMinutes: fc.constantFrom(1, 3, 10, 60),
    action: fc.constantFrom("CONTINUE", "CONTINUE", "ROLLBACK"),
  }),
});

const FUNCTION = "check-release";
const answer = oneOf<FunctionBehaviour>(
  [6, is({ output: { hookStatus: "SUCCEEDED" } })],
  [2, seconds(1, 200).map((after) => ({ after, output: { hookStatus: "SUCCEEDED" } }))],
  [2, is({ output: { hookStatus: "FAILED" } })],
  [
    1,
    fc.constantFrom<FunctionBehaviour[]>(
      { error: "exception" },
      { error: "timeout", after: 15 * MINUTE },
      { error: "role" },
      { refused: throttled },
      { output: { ok: true } },
    ),
  ],
  [2, fc.constantFrom(5, 30, 90).map((callBackDelay) => ({ output: { hookStatus: "IN_PROGRESS", callBackDelay } }))],
);
/** A Lambda hook and the answers of its function. One that never ends is timed out. */
const lambda: fc.Arbitrary<{ hook: JsonObject; answers: FunctionBehaviour[] }> = fc
  .record({
    stages: fc.uniqueArray(
      fc.constantFrom(
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_SCALE_UP",
        "POST_SCALE_UP",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
      ),
      { minLength: 1, maxLength: 4 },
    ),
    timeoutConfiguration: fc.record({
      timeoutInMinutes: fc.constantFrom(20, 1, 5),
      action: fc.constantFrom("CONTINUE", "ROLLBACK"),
    }),
    answers: fc.array(answer, { minLength: 1, maxLength: 6 }),
  })
  .map(({ stages, timeoutConfiguration, answers }) => ({
    hook: {
      hookTargetArn: `arn:aws:lambda:us-west-2:123456789012:function:${FUNCTION}`,
      roleArn: "arn:aws:iam::123456789012:role/web-hooks",
      lifecycleStages: stages,
      timeoutConfiguration,
    },
    answers,
  }));

/** Stages at which the listeners can be requested: before them they lead to the old version alone. */
const gateable: LifecycleStage[] = [
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
];
const gate: fc.Arbitrary<Gate> = fc.record({
  stages: fc.uniqueArray(fc.constantFrom(...gateable), { minLength: 1, maxLength: 2 }),
  serves: oneOf<TaskScript["serves"]>(
    [2, is(undefined)],
    [1, fc.constantFrom({ version: "v0.0.1" }, { status: 500 }, { version: "v1.0.0" })],
  ),
});

/** Pauses that gates end, and what the release answers where it is not its version. */
interface Gate {
  stages: LifecycleStage[];
  serves: TaskScript["serves"];
}

const stage = fc.constantFrom(...lifecycleStages);

/** Actions of other users and failures, each some time after a stage has begun. */
const atStage: fc.Arbitrary<Intervention> = fc
  .tuple(
    stage,
    oneOf([3, is(1)], [1, fc.constantFrom(2, 3)]),
    oneOf([2, fc.integer({ min: 0, max: 3_000 })], [1, seconds(3, 120)]),
    fc.oneof<fc.Arbitrary<Omit<Intervention, "at">>[]>(
      fc.record({ do: is("stop"), stopType: fc.constantFrom("ROLLBACK", "ROLLBACK", "ABORT") }),
      fc.record({ do: is("deploy"), version: fc.constantFrom("v3.0.0", "v1.0.0", "v2.0.0") }),
      is({ do: "redeploy" }),
      is({ do: "reset-rules" }),
      is({ do: "alarm", name: "errors", state: "ALARM" }),
      fc.record({
        do: is("crash"),
        version: fc.constantFrom("v2.0.0", "v1.0.0"),
        count: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({ do: is("scale"), desiredCount: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ do: is("continue"), action: fc.constantFrom("CONTINUE", "CONTINUE", "ROLLBACK") }),
    ),
  )
  .map(([from, step, at, what]) => ({ at, from, ...(step > 1 && { step }), ...what }) as Intervention);

/** Plays a scenario with BLUE_GREEN, LINEAR or CANARY. */
export const shifting: fc.Arbitrary<(scenario: Scenario) => Scenario> = fc
  .record({
    strategy,
    hooks: oneOf<JsonObject[]>([2, is([])], [1, fc.array(hook, { minLength: 1, maxLength: 2 })]),
    atStages: oneOf<Intervention[]>([1, is([])], [1, fc.array(atStage, { minLength: 1, maxLength: 2 })]),
    check: oneOf([8, fc.constantFrom("load-balancer" as const, "both" as const)], [1, is(undefined)]),
    testRule: oneOf([4, is(true)], [1, is(false)]),
    breakerOnShifts: oneOf([3, is(true)], [1, is(false)]),
    ruleDelay: oneOf([2, is(undefined)], [1, fc.constantFrom(0, 5_000)]),
    alarms: oneOf<string[] | undefined>([4, is(undefined)], [1, is(["errors"])]),
    allows: oneOf([2, is(2 * 60 * MINUTE)], [1, is(undefined)]),
    untilShifted: oneOf([4, is(false)], [1, is(true)]),
    asksTest: oneOf([2, is(false)], [1, is(true)]),
    lambda: oneOf<{ hook: JsonObject; answers: FunctionBehaviour[] } | undefined>([3, is(undefined)], [1, lambda]),
    gate: oneOf<Gate | undefined>([4, is(undefined)], [1, gate]),
    continues: oneOf<number[]>(
      [1, is([])],
      [1, fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 4, maxLength: 4 })],
    ),
    network: oneOf([9, is(false)], [1, is(true)]),
    // Drawn last: the other parts of a seed do not depend on it.
    add: addition,
  })
  .map(
    ({ add, ...drawn }) =>
      (scenario) =>
        add(withStrategy(scenario, drawn)),
  );

interface Drawn {
  strategy: JsonObject;
  hooks: JsonObject[];
  atStages: Intervention[];
  check: "load-balancer" | "both" | undefined;
  testRule: boolean;
  breakerOnShifts: boolean;
  ruleDelay: number | undefined;
  alarms: string[] | undefined;
  allows: number | undefined;
  untilShifted: boolean;
  asksTest: boolean;
  lambda: { hook: JsonObject; answers: FunctionBehaviour[] } | undefined;
  gate: Gate | undefined;
  /** Milliseconds after which a user continues each pause, by its step; empty when none does. */
  continues: number[];
  network: boolean;
}

/** Continues the pauses of the hooks, as a user or another tool does. */
function continuing(hooks: readonly JsonObject[], after: readonly number[]): Intervention[] {
  return pausedStages(hooks).flatMap((from) =>
    after.map((at, index): Intervention => ({ at, from, step: index + 1, do: "continue", action: "CONTINUE" })),
  );
}

function pausedStages(hooks: readonly JsonObject[]): LifecycleStage[] {
  return [...new Set(hooks.flatMap(({ lifecycleStages }) => lifecycleStages as LifecycleStage[]))];
}

function withStrategy(scenario: Scenario, drawn: Drawn): Scenario {
  const { strategy, testRule, atStages, check, breakerOnShifts, ruleDelay, allows, untilShifted, network } = drawn;
  const gate = testRule && check !== undefined && scenario.deployer?.verb === undefined ? drawn.gate : undefined;
  const hooks = [
    ...drawn.hooks,
    ...(drawn.lambda ? [drawn.lambda.hook] : []),
    ...(gate ? [{ targetType: "PAUSE", lifecycleStages: gate.stages }] : []),
  ];
  // Only an existing alarm fires.
  const alarms = drawn.alarms ?? (atStages.some((one) => one.do === "alarm") ? ["errors"] : undefined);
  const { more, ...service } = scenario.service ?? {};
  // Early success belongs to rolling deployments, and a bake time is the strategy's own.
  const { deploymentConfiguration: _, ...members } = more ?? {};
  const interventions = [...(scenario.interventions ?? []), ...atStages, ...continuing(drawn.hooks, drawn.continues)];
  const timeoutMs = scenario.deployer?.timeoutMs ?? allows;
  const isUntilShifted = untilShifted && scenario.deployer?.verb === undefined;
  const http = gate !== undefined || scenario.deployer?.http === true;
  const requestsTest = drawn.asksTest && testRule && check !== undefined && http;
  const deployer = {
    ...scenario.deployer,
    ...(gate && { http, gates: gate.stages.map((stage) => ({ stage, timeoutSeconds: 60 })) }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...((isUntilShifted || requestsTest) && {
      more: { ...(isUntilShifted && { until: "shifted" }), ...(requestsTest && { testHttp: { baseUrl: testUrl } }) },
    }),
  };
  const aws = {
    ...scenario.aws,
    ...(!breakerOnShifts && { breakerOnShifts }),
    ...(ruleDelay !== undefined && { ruleDelay }),
  };
  return {
    ...scenario,
    ...(drawn.lambda && { functions: { [FUNCTION]: drawn.lambda.answers } }),
    ...(gate?.serves && { release: { ...scenario.release, tasks: [{ serves: gate.serves }] } }),
    service: {
      ...service,
      ...(Object.keys(members).length > 0 && { more: members }),
      strategy,
      ...(check && { check }),
      ...(!testRule && { testRule }),
      ...(network && check && { network }),
      ...(hooks.length > 0 && { hooks }),
      ...(alarms && { alarms }),
    },
    ...(interventions.length > 0 && { interventions }),
    ...(Object.keys(aws).length > 0 && { aws }),
    ...(Object.keys(deployer).length > 0 && { deployer }),
  };
}

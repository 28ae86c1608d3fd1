import fc from "fast-check";
import type { DeployerSettings, Intervention, Kill, Scenario, TaskScript } from "../scenario/scenario.js";
import { is, MINUTE, oneOf, seconds, sometimes } from "./arbitraries.js";
import { makeConsistent } from "./consistent-scenario.js";
import { alarmed, paused, unserved, withConcurrentDeploy } from "./generate-combinations.js";
import { aws, denied } from "./generate-faults.js";
import { before, release, tasks } from "./generate-release.js";
import { service } from "./generate-service.js";
import { shifting } from "./generate-strategies.js";

const intervention: fc.Arbitrary<Intervention> = fc
  .tuple(
    oneOf([3, seconds(1, 120)], [3, seconds(1, 600)], [1, fc.integer({ min: 1, max: 3_000 })]),
    fc.oneof<fc.Arbitrary<Omit<Intervention, "at">>[]>(
      is({ do: "redeploy" }),
      fc.record({ do: is("deploy"), version: fc.constantFrom("v3.0.0", "v1.0.0", "v2.0.0") }),
      fc.record({ do: is("stop"), stopType: fc.constantFrom("ROLLBACK", "ABORT") }),
      fc.record({ do: is("scale"), desiredCount: fc.integer({ min: 0, max: 12 }) }),
      fc.record({
        do: fc.constantFrom("crash", "stop-task"),
        version: fc.constantFrom("v1.0.0", "v2.0.0", "v0.9.0"),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      is({ do: "delete-service" }),
      fc.record({ do: is("protect"), version: is("v1.0.0"), minutes: fc.constantFrom(1, 5, 60) }),
      is({ do: "alarm", name: "errors", state: "ALARM" }),
      fc.record({ do: is("deny"), actions: denied }),
      fc.record({
        do: is("update"),
        members: fc.constantFrom(
          { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 200 } },
          { deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } } },
        ),
      }),
    ),
    oneOf([9, is({})], [1, is({ from: "start" as const })]),
  )
  .map(([at, what, from]) => ({ at, ...from, ...what }) as Intervention);

const oneOff = oneOf<TaskScript>(
  [3, seconds(0, 100).map((after) => ({ exit: { after, code: 0 } }))],
  [1, fc.record({ exit: fc.record({ after: seconds(0, 100), code: fc.constantFrom(1, 137) }) })],
  // Longer than the target's time limit.
  [1, is({ exit: { after: 10 * MINUTE, code: 0 } })],
  [1, is({ pullError: "CannotPullContainerError: not found" })],
);
const strangeUrl = fc.constantFrom("foreign", "shared", "cached");

/** A rollback: to the last good version, or to a named one. */
const goingBack: fc.Arbitrary<Scenario["deployer"]> = sometimes<
  Pick<DeployerSettings, "to" | "http" | "url" | "timeoutMs" | "ignore" | "earlyStop" | "onTimeout" | "verifyTasks">
>({
  to: [3, fc.constantFrom("v0.9.0", "v1.0.0", "v0.8.0", "web:1", "2")],
  http: [5, is(true)],
  url: [1, strangeUrl],
  timeoutMs: [1, fc.constantFrom(MINUTE, 5 * MINUTE, 10 * MINUTE)],
  ignore: [2, is(["image-missing", "wrong-platform", "no-room-to-replace"])],
  earlyStop: [2, is(false)],
  onTimeout: [2, is("rollback" as const)],
  verifyTasks: [1, is(true)],
}).map((settings) => ({ ...settings, verb: "rollback" as const }));
const deployer: fc.Arbitrary<DeployerSettings> = sometimes<
  Omit<DeployerSettings, "more" | "gates" | "strategy" | "strategyOnce">
>({
  runId: [5, is("run-1")],
  timeoutMs: [1, fc.constantFrom(MINUTE, 5 * MINUTE, 10 * MINUTE)],
  http: [5, is(true)],
  url: [1, strangeUrl],
  force: [1, is(true)],
  ignore: [2, is(["image-missing", "wrong-platform", "no-room-to-replace", "deployment-in-flight"])],
  desiredCount: [1, fc.integer({ min: 0, max: 6 })],
  earlyStop: [2, is(false)],
  onTimeout: [2, is("rollback" as const)],
  undo: [2, is(false)],
  verb: [0, is("rollback" as const)],
  to: [0, is("")],
  keep: [1, fc.integer({ min: 1, max: 3 })],
  verifyTasks: [1, is(true)],
  before: [1, oneOff],
  after: [1, oneOff],
});
const kill: fc.Arbitrary<Kill> = fc.record({
  call: oneOf([2, fc.integer({ min: 1, max: 25 })], [1, fc.integer({ min: 1, max: 120 })]),
  how: fc.constantFrom("killed-before", "killed-after", "answer-lost"),
  pause: oneOf([2, seconds(0, 30)], [1, seconds(0, 900)]),
});

const plain = sometimes<Omit<Scenario, "name" | "functions">>({
  release: [8, release],
  service: [7, service],
  before: [3, before],
  interventions: [4, fc.array(intervention, { minLength: 1, maxLength: 3 })],
  aws: [5, aws],
  deployer: [7, deployer],
  kills: [3, fc.array(kill, { minLength: 1, maxLength: 3 })],
  again: [1, fc.array(oneOf([2, seconds(0, 60)], [1, seconds(0, 900)]), { minLength: 1, maxLength: 2 })],
  concurrent: [0, is({ at: 0 })],
  others: [2, fc.record({ "v3.0.0": fc.record({ tasks }) })],
});
const goBack = fc
  .tuple(plain, goingBack, fc.constantFrom(["v0.9.0", "v1.0.0"], ["v0.8.0", "v0.9.0", "v1.0.0"], undefined))
  .map(([scenario, deployer, versions]): Scenario => {
    return { ...scenario, deployer, ...(versions && { before: { ...scenario.before, versions } }) } as Scenario;
  });

/**
 * Scenarios of all kinds, in combination. A failing one shrinks towards the defaults: each choice's first alternative is the simplest, and
 * absent members have their defaults.
 */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .tuple(
    oneOf<Scenario>([9, plain], [1, goBack]),
    oneOf(
      [17, is((scenario: Scenario) => scenario)],
      [2, paused],
      [1, alarmed],
      [1, unserved],
      [1, withConcurrentDeploy],
    ),
    // Drawn last: the other parts of a seed depend on neither.
    oneOf([3, is((scenario: Scenario) => scenario)], [1, shifting]),
    oneOf<number | undefined>([19, is(undefined)], [1, fc.integer({ min: 0, max: 5 })]),
  )
  .map(([scenario, monitored, shifted, fargateRoom]) => {
    const whole = makeConsistent(shifted(monitored(scenario)));
    return fargateRoom === undefined ? whole : { ...whole, aws: { ...whole.aws, fargateRoom } };
  });

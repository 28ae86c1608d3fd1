import fc from "fast-check";
import type { Fault, FaultRule } from "../../infra/local/aws/wire/faults.js";
import type {
  AwsSettings,
  DeployerSettings,
  Intervention,
  Kill,
  Scenario,
  ServiceSettings,
} from "../world/scenario.js";
import { is, MINUTE, oneOf, SECOND, seconds, sometimes } from "./choose.js";
import { before, release, tasks } from "./generate-release.js";

/** Mostly such as leave room to replace one task of one: the pre-flight refuses the others, and nothing more is to be seen. */
const percents = fc.constantFrom(
  ...Array.from({ length: 6 }, () => [100, 200]),
  ...[
    [50, 200],
    [0, 100],
    [0, 200],
    [50, 100],
    [100, 150],
    [75, 125],
    [100, 110],
  ],
);

const early = (sourceServiceRevisionCleanup: string) => ({
  deploymentConfiguration: {
    earlySuccessCriteria: { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup },
  },
});
const service: fc.Arbitrary<ServiceSettings> = fc
  .tuple(
    sometimes<
      Omit<
        ServiceSettings,
        "minimumHealthyPercent" | "maximumPercent" | "healthCheckGracePeriodSeconds" | "container" | "sidecars"
      >
    >({
      desiredCount: [
        6,
        oneOf(
          [28, fc.integer({ min: 1, max: 4 })],
          [4, is(0)],
          [6, fc.integer({ min: 5, max: 10 })],
          [1, fc.integer({ min: 11, max: 40 })],
        ),
      ],
      breaker: [2, fc.constantFrom("rollback", "stop", "off")],
      breakerSettings: [
        1,
        fc.constantFrom(
          { resetOnHealthyTask: false },
          { thresholdConfiguration: { type: "COUNT", value: 1 } },
          { thresholdConfiguration: { type: "UNBOUNDED_PERCENT", value: 100 } },
        ),
      ],
      alarms: [1, is(["errors"])],
      more: [1, fc.constantFrom("BLOCKING", "DEFERRED").map(early)],
      check: [5, fc.constantFrom("none", "container", "load-balancer", "both")],
    }),
    percents,
    fc.constantFrom(0, 0, 30, 120),
  )
  .map(([settings, [minimumHealthyPercent = 100, maximumPercent = 200], grace]) => ({
    ...settings,
    ...(minimumHealthyPercent !== 100 && { minimumHealthyPercent }),
    ...(maximumPercent !== 200 && { maximumPercent }),
    ...(grace > 0 && { healthCheckGracePeriodSeconds: grace }),
  }));

const happening: fc.Arbitrary<Intervention> = fc
  .tuple(
    oneOf([3, seconds(1, 120)], [3, seconds(1, 600)], [1, fc.integer({ min: 1, max: 3_000 })]),
    fc.oneof<fc.Arbitrary<Omit<Intervention, "at">>[]>(
      is({ do: "redeploy" }),
      fc.record({ do: is("deploy"), version: fc.constantFrom("v3.0.0", "v1.0.0", "v2.0.0") }),
      fc.record({ do: is("stop"), stopType: fc.constantFrom("ROLLBACK", "ABORT") }),
      fc.record({ do: is("scale"), desiredCount: fc.integer({ min: 0, max: 12 }) }),
      fc.record({
        do: fc.constantFrom("crash", "stop-task"),
        version: fc.constantFrom("v1.0.0", "v2.0.0"),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      is({ do: "delete-service" }),
      fc.record({ do: is("protect"), version: is("v1.0.0"), minutes: fc.constantFrom(1, 5, 60) }),
      is({ do: "alarm", name: "errors", state: "ALARM" }),
      fc.record({
        do: is("deny"),
        actions: fc.constantFrom(
          ["ecs:DescribeServiceDeployments"],
          ["ecs:ListServiceDeployments"],
          ["ecs:DescribeServiceRevisions"],
          ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
        ),
      }),
    ),
    oneOf([9, is({})], [1, is({ from: "start" as const })]),
  )
  .map(([at, what, from]) => ({ at, ...from, ...what }) as Intervention);

/** What goes wrong on the way for a while. Nothing of it lasts so long that a patient caller would have to give up. */
const wireFault: fc.Arbitrary<FaultRule> = fc
  .tuple(
    fc.constantFrom<Fault[]>(
      { kind: "delayed", by: 5 * SECOND },
      { kind: "throttled" },
      { kind: "server-error" },
      { kind: "unavailable" },
      { kind: "reset" },
      { kind: "reset", effect: true },
      { kind: "truncated" },
      { kind: "silent", effect: true },
      { kind: "stale", by: 5 * SECOND },
    ),
    fc.constantFrom(
      "*",
      "DescribeServices",
      "UpdateService",
      "RegisterTaskDefinition",
      "List*",
      "DescribeServiceDeployments",
    ),
    seconds(0, 300),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([fault, operation, from, times]) => ({ ...fault, service: "ecs", operation, from, times }));

const aws: fc.Arbitrary<AwsSettings> = sometimes<AwsSettings>({
  rollbackId: [5, is("new" as const)],
  timing: [2, seconds(0, 15).map((lag) => ({ listLag: lag, currentDeploymentLag: lag }))],
  latency: [2, fc.constantFrom<[number, number][]>([5, 10], [20, 400], [1_000, 3_000])],
  deny: [1, is(["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"])],
  faults: [3, fc.array(wireFault, { minLength: 1, maxLength: 3 })],
  clockSkew: [2, fc.constantFrom(10 * MINUTE, -10 * MINUTE)],
});
const deployer: fc.Arbitrary<DeployerSettings> = sometimes<Omit<DeployerSettings, "more">>({
  runId: [5, is("run-1")],
  timeoutMs: [1, fc.constantFrom(MINUTE, 5 * MINUTE, 10 * MINUTE)],
  http: [5, is(true)],
  force: [1, is(true)],
  ignore: [2, is(["image-missing", "wrong-platform", "no-room-to-replace", "deployment-in-flight"])],
  desiredCount: [1, fc.integer({ min: 0, max: 6 })],
  earlyStop: [2, is(false)],
  onTimeout: [2, is("rollback" as const)],
  undo: [2, is(false)],
});
const kill: fc.Arbitrary<Kill> = fc.record({
  call: oneOf([2, fc.integer({ min: 1, max: 25 })], [1, fc.integer({ min: 1, max: 120 })]),
  how: fc.constantFrom("killed-before", "killed-after", "answer-lost"),
  pause: oneOf([2, seconds(0, 30)], [1, seconds(0, 900)]),
});

/**
 * Scenarios of all kinds, in combination. What shrinks ends with what is usual: each choice's first alternative is the simplest, and
 * members that are left out are as they usually are.
 */
export const scenarios: fc.Arbitrary<Scenario> = sometimes<Omit<Scenario, "name">>({
  release: [8, release],
  service: [7, service],
  before: [3, before],
  interventions: [4, fc.array(happening, { minLength: 1, maxLength: 2 })],
  aws: [5, aws],
  deployer: [7, deployer],
  kills: [3, fc.array(kill, { minLength: 1, maxLength: 2 })],
  others: [2, fc.record({ "v3.0.0": fc.record({ tasks }) })],
});

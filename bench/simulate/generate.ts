import fc from "fast-check";
import type { Fault, FaultRule } from "../../infra/local/aws/wire/faults.js";
import type {
  AwsSettings,
  Before,
  DeployerSettings,
  ImageScript,
  Intervention,
  Kill,
  ReleaseScript,
  Scenario,
  ServiceSettings,
  TaskScript,
} from "../world/scenario.js";

/**
 * Scenarios of all kinds, in combination. What shrinks ends with what is usual: each choice's first alternative is the simplest, and
 * members that are left out are as they usually are.
 */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const seconds = (least: number, most: number) => fc.integer({ min: least, max: most }).map((each) => each * SECOND);

/** An alternative for each weight; the first is what a failing one is shrunk to. */
function oneOf<T>(...choices: [weight: number, value: fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof({ withCrossShrink: true }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}
const is = fc.constant;

/** Members that are there as often as their weight of 10 says. */
function sometimes<T extends object>(
  members: { [K in keyof T]-?: [weight: number, value: fc.Arbitrary<NonNullable<T[K]>>] },
) {
  const optional = Object.fromEntries(
    Object.entries<[number, fc.Arbitrary<unknown>]>(members).map(([name, [weight, value]]) => [
      name,
      oneOf<unknown>([10 - weight, is(undefined)], [weight, value]),
    ]),
  );
  return fc
    .record(optional)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T);
}

const percents = fc.constantFrom([100, 200], [50, 200], [50, 100], [0, 100], [100, 150], [75, 125], [100, 110]);

const service: fc.Arbitrary<ServiceSettings> = fc
  .tuple(
    sometimes<
      Omit<
        ServiceSettings,
        "minimumHealthyPercent" | "maximumPercent" | "healthCheckGracePeriodSeconds" | "more" | "container"
      >
    >({
      desiredCount: [6, oneOf([6, fc.integer({ min: 1, max: 4 })], [1, is(0)], [2, fc.integer({ min: 5, max: 30 })])],
      breaker: [2, fc.constantFrom("rollback", "stop", "off")],
      breakerSettings: [
        1,
        fc.constantFrom(
          { resetOnHealthyTask: false },
          { thresholdConfiguration: { type: "COUNT", value: 1 } },
          { thresholdConfiguration: { type: "UNBOUNDED_PERCENT", value: 100 } },
        ),
      ],
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

/** What goes wrong with a task; what can't show (a failing check where none is made) goes well. */
const fault: fc.Arbitrary<TaskScript> = fc.oneof<fc.Arbitrary<TaskScript>[]>(
  fc.record({ exit: fc.record({ after: is(0), code: fc.constantFrom(1, 0, 127) }) }),
  fc.record({ exit: fc.record({ after: seconds(1, 400), code: fc.constantFrom(1, 0, 143) }) }),
  fc.record({
    exit: fc.record({
      after: seconds(30, 50),
      code: is(137),
      reason: is("OutOfMemoryError: container killed due to memory usage"),
    }),
  }),
  fc.record({
    pull: seconds(1, 100),
    pullError: fc.constantFrom(
      "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref: not found",
      "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException",
    ),
  }),
  fc.record({
    health: is([{ after: 20 * SECOND, status: "UNHEALTHY" as const }]),
    target: is([
      { after: 20 * SECOND, state: "unhealthy" as const, reason: "Health checks failed with these codes: [503]" },
    ]),
  }),
  seconds(30, 300).map((after) => ({
    health: [
      { after: 15 * SECOND, status: "HEALTHY" as const },
      { after, status: "UNHEALTHY" as const },
    ],
    target: [
      { after: 10 * SECOND, state: "healthy" as const },
      { after, state: "unhealthy" as const, reason: "Request timed out" },
    ],
  })),
);
const slow: fc.Arbitrary<TaskScript> = sometimes<TaskScript>({
  pull: [3, seconds(0, 180)],
  start: [3, seconds(0, 240)],
  health: [2, seconds(0, 200).map((after) => [{ after, status: "HEALTHY" as const }])],
  target: [2, seconds(0, 200).map((after) => [{ after, state: "healthy" as const }])],
  stop: [2, seconds(0, 120)],
  drain: [2, seconds(0, 300)],
  pullError: [0, is("")],
  exit: [0, is({ after: 0, code: 0 })],
  serves: [1, fc.constantFrom({ version: "v0.0.1" }, { status: 500 }, { status: 404 })],
});
const tasks: fc.Arbitrary<TaskScript[]> = oneOf(
  [3, is([])],
  [2, slow.map((one) => [one])],
  [3, fault.map((one) => [one])],
  [2, fc.tuple(fc.array(fault, { minLength: 1, maxLength: 4 }), slow).map(([faults, last]) => [...faults, last])],
  [1, fc.array(oneOf([1, slow], [1, fault]), { minLength: 1, maxLength: 6 })],
);
const image: fc.Arbitrary<ImageScript> = fc.constantFrom(
  { isIndex: true },
  { exists: false },
  { platform: "linux/arm64" },
  { status: "ARCHIVED" },
);

const release: fc.Arbitrary<ReleaseScript & { version?: string }> = sometimes<ReleaseScript & { version?: string }>({
  tasks: [8, tasks],
  image: [1, image],
  version: [1, is("v1.0.0")],
});
const before: fc.Arbitrary<Before> = sometimes<Before>({
  versions: [2, fc.constantFrom(["v1.0.0"], ["v0.9.0", "v1.0.0"], ["v1.0.0", "v2.0.0"])],
  completed: [0, is(true)],
  tasks: [2, slow.map(({ stop = 1_000, drain = 0 }) => [{ stop, drain }])],
});

const happening: fc.Arbitrary<Intervention> = fc
  .tuple(
    oneOf([3, seconds(0, 120)], [3, seconds(0, 600)], [1, fc.integer({ min: 0, max: 3_000 })]),
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

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { keepNewest } from "../../../src/rollout/keep/keep.js";
import { type Answer, Fault, fakeAws } from "../../support/fake-aws.js";
import { addTask, newDigest, revisionArn, scriptedEcs, target, type World } from "../../support/scripted-ecs.js";
import {
  addRevision,
  addServiceDeployment,
  clusterArn,
  type Elsewhere,
  withRevisions,
} from "../../support/scripted-keep.js";
import { set } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

async function scene(t: TestContext) {
  const clock = virtualClock();
  const { world, script: plain } = scriptedEcs(clock);
  const { elsewhere, script } = withRevisions(world, plain);
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  const deregistered = () => fake.sent("DeregisterTaskDefinition").map(({ taskDefinition }) => taskDefinition);
  return { clock, world, elsewhere, fake, deregistered, keep: (count = 1) => keepNewest(session, count) };
}

const names = (...revisions: number[]) => revisions.map((revision) => `service:${revision}`);

test("revisions that nobody uses are deregistered, the oldest first", async (t) => {
  const { keep, deregistered } = await scene(t);
  const report = await keep();
  assert.deepEqual(report.deregistered, names(1, 2, 3, 4, 5, 6, 8));
  assert.deepEqual(deregistered(), report.deregistered);
  assert.equal(report.refused, undefined);
});

test("the N newest stay", async (t) => {
  const { keep } = await scene(t);
  assert.deepEqual((await keep(5)).deregistered, names(1, 2, 3, 4));
  const { keep: all } = await scene(t);
  assert.deepEqual((await all(9)).deregistered, []);
});

test("the revision that serves is never deregistered, and neither is one that is newer", async (t) => {
  const { keep, world } = await scene(t);
  set(world.service, { taskDefinition: revisionArn(4) });
  set(world.service.deployments[0], { taskDefinition: revisionArn(4) });
  assert.deepEqual((await keep()).deregistered, names(1, 2, 3));
});

test("what a rollback would go back to stays", async (t) => {
  const { keep } = await scene(t);
  assert.deepEqual((await keep()).inUse, [{ revision: "service:7", by: "a rollback would go back to it" }]);
});

test("another family's revisions are not touched", async (t) => {
  const { keep, world } = await scene(t);
  for (const revision of [1, 2]) addRevision(world, revision, "service-worker");
  assert.deepEqual((await keep(9)).deregistered, []);
});

const other = (more: object) => ({
  clusterArn: clusterArn("elsewhere"),
  serviceName: "worker",
  taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/other:3",
  deployments: [],
  ...more,
});
const ecsTarget = (TaskDefinitionArn: string) => ({
  Arn: clusterArn(target.cluster),
  EcsParameters: { TaskDefinitionArn },
});

/** Each makes somebody use revision 3. */
const uses: [what: string, plant: (world: World, elsewhere: Elsewhere) => void, by: RegExp][] = [
  [
    "in a deployment of the service that still drains",
    (world) => world.service.deployments.push({ id: "ecs-svc/3", status: "ACTIVE", taskDefinition: revisionArn(3) }),
    /a deployment of service uf-cloud-ops-exercise-app has it/,
  ],
  [
    "in a task set",
    (world) => set(world.service, { taskSets: [{ id: "ecs-svc/3", taskDefinition: revisionArn(3) }] }),
    /a task set/,
  ],
  ["of a running task", (world) => addTask(world, "t3", revisionArn(3), newDigest), /task t30+ runs it/],
  [
    "of a pending task",
    (world) => addTask(world, "t3", revisionArn(3), newDigest, { lastStatus: "PENDING" }),
    /task t30+ runs it/,
  ],
  [
    "of a task that drains and is listed as stopped",
    (world) => addTask(world, "t3", revisionArn(3), newDigest, { desiredStatus: "STOPPED" }),
    /task t30+ runs it/,
  ],
  [
    "that an unfinished service deployment brings",
    (world) => addServiceDeployment(world, "sd10", 3, "IN_PROGRESS"),
    /is being deployed to/,
  ],
  [
    "that an unfinished service deployment replaces",
    (world) => addServiceDeployment(world, "sd10", 9, "ROLLBACK_IN_PROGRESS", [3]),
    /is being deployed to/,
  ],
  [
    "of a service deployment in a state that is not known yet",
    (world) => addServiceDeployment(world, "sd10", 3, "PONDERING"),
    /is being deployed to/,
  ],
  [
    "of the last service deployment that ended well",
    (world) => addServiceDeployment(world, "sd10", 3, "SUCCESSFUL"),
    /last deployment that ended well|a rollback would go back/,
  ],
  [
    "of another service in another cluster",
    (_, elsewhere) => elsewhere.services.push(other({ taskDefinition: revisionArn(3) })),
    /service worker is set to it/,
  ],
  [
    "in a deployment of another service",
    (_, elsewhere) =>
      elsewhere.services.push(other({ deployments: [{ status: "ACTIVE", taskDefinition: revisionArn(3) }] })),
    /a deployment of service worker has it/,
  ],
  [
    "that another service would go back to",
    (_, elsewhere) => {
      elsewhere.services.push(other({ taskDefinition: revisionArn(9) }));
      elsewhere.serviceDeployments.worker = [9, 3].map((revision, age) => ({
        serviceDeploymentArn: `arn:worker/${revision}`,
        status: "SUCCESSFUL",
        createdAt: 100 - age,
        taskDefinition: revisionArn(revision),
      }));
    },
    /service worker would go back to it/,
  ],
  [
    "of a task in another cluster",
    (world, elsewhere) => {
      elsewhere.services.push(other({}));
      const taskArn = "arn:aws:ecs:us-west-2:123456789012:task/elsewhere/f00";
      addTask(world, "t3", revisionArn(3), newDigest, { taskArn });
    },
    /task f00 runs it/,
  ],
  [
    "that a rule of EventBridge runs, though it is disabled",
    (_, { rules }) => {
      rules.default = [
        { Name: "one", State: "ENABLED", targets: [{ Arn: "arn:aws:sns:us-west-2:123456789012:topic" }] },
        { Name: "two", State: "ENABLED", targets: [] },
        { Name: "nightly", State: "DISABLED", targets: [ecsTarget(revisionArn(3))] },
      ];
    },
    /rule nightly runs it/,
  ],
  [
    "that a rule on a bus of its own runs",
    (_, { rules }) => {
      rules.a = [];
      rules.orders = [{ Name: "ordered", State: "ENABLED", targets: [ecsTarget(revisionArn(3))] }];
    },
    /rule ordered runs it/,
  ],
  [
    "that a schedule of EventBridge Scheduler runs",
    (_, { schedules }) => {
      for (const [Name, revision] of [
        ["a", "other:3"],
        ["b", "service"],
        ["nightly", revisionArn(3)],
      ] as const) {
        schedules.push({ Name, GroupName: "jobs", State: "DISABLED", Target: ecsTarget(revision) });
      }
    },
    /schedule nightly runs it/,
  ],
  [
    "that a schedule names in a call of ECS",
    (_, { schedules }) => {
      const Input = JSON.stringify({ Cluster: "c", TaskDefinition: "service:3" });
      const Target = { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", Input };
      schedules.push({ Name: "nightly", GroupName: "default", Target });
    },
    /schedule nightly names it/,
  ],
];

for (const [what, plant, by] of uses) {
  test(`a revision ${what} is not deregistered`, async (t) => {
    const { keep, world, elsewhere, deregistered } = await scene(t);
    plant(world, elsewhere);
    const report = await keep();
    assert.equal(report.refused, undefined);
    assert.ok(!deregistered().includes("service:3"), `deregistered: ${deregistered()}`);
    assert.ok(deregistered().includes("service:2"));
    assert.match(String(report.inUse.find(({ revision }) => revision === "service:3")?.by), by);
  });
}

test("a schedule or rule that names the family alone means its newest revision, and holds no old one", async (t) => {
  const { keep, elsewhere } = await scene(t);
  const Target = ecsTarget("arn:aws:ecs:us-west-2:123456789012:task-definition/service");
  elsewhere.schedules.push({ Name: "nightly", GroupName: "default", Target });
  assert.equal((await keep()).deregistered.length, 7);
});

const lists = [
  "ListTaskDefinitions",
  "ListEventBuses",
  "ListRules",
  "ListTargetsByRule",
  "ListSchedules",
  "GetSchedule",
  "ListClusters",
  "ListServices",
  "DescribeServices",
  "ListTasks",
  "DescribeTasks",
  "ListServiceDeployments",
  "DescribeServiceDeployments",
  "DescribeServiceRevisions",
];
const denied = new Fault("AccessDeniedException", "no");
const unknown = new Fault("UnknownOperationException", "There is no such operation.");
const refusals: [operation: string, why: string, fault: Fault, message: RegExp][] = [
  ...lists.map((one): [string, string, Fault, RegExp] => [one, "is not permitted", denied, new RegExp(`:${one}\\b`)]),
  ["ListRules", "is not known", unknown, /no such operation/],
  ["ListSchedules", "is not known", unknown, /no such operation/],
];
for (const [operation, why, fault, message] of refusals) {
  test(`where ${operation} ${why} nothing is deregistered`, async (t) => {
    const { keep, fake, elsewhere } = await scene(t);
    // Something for each to be asked of.
    elsewhere.rules.default = [{ Name: "nightly", State: "ENABLED", targets: [] }];
    elsewhere.schedules.push({ Name: "nightly", GroupName: "default", Target: ecsTarget("service") });
    fake.script[operation] = () => fault;
    const report = await keep();
    assert.match(String(report.refused), message);
    assert.deepEqual(report.deregistered, []);
    assert.equal(fake.sent("DeregisterTaskDefinition").length, 0);
  });
}

test("where ECS does not tell of a service that it lists nothing is deregistered", async (t) => {
  const { keep, fake } = await scene(t);
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => ({
    ...((describe?.(input) ?? {}) as object),
    failures: [{ arn: "arn:worker", reason: "ACCESS_DENIED" }],
  });
  assert.match(String((await keep()).refused), /does not tell of arn:worker \(ACCESS_DENIED\)/);
});

/** Does something when an operation is called for the `count`-th time. */
function at(script: Record<string, (input: never) => Answer>, operation: string, count: number, what: () => void) {
  const handle = script[operation];
  let calls = 0;
  script[operation] = (input) => {
    calls += 1;
    if (calls === count) what();
    return handle?.(input) ?? {};
  };
}

test("a revision that is taken into use while others are looked at is not deregistered", async (t) => {
  const { keep, world, fake, deregistered } = await scene(t);
  at(fake.script, "ListEventBuses", 2, () => addServiceDeployment(world, "sd10", 3, "PENDING"));
  await keep();
  assert.ok(!deregistered().includes("service:3"));
  assert.ok(deregistered().includes("service:2"));
});

test("a service that somebody sets to an old revision meanwhile keeps it, and all that are newer", async (t) => {
  const { keep, world, fake, deregistered } = await scene(t);
  at(fake.script, "ListEventBuses", 2, () => set(world.service, { taskDefinition: revisionArn(4) }));
  await keep();
  assert.deepEqual(deregistered(), names(1, 2, 3));
});

test("revisions go at one a second at most, ten at once, and a hundred of one deploy", async (t) => {
  const { keep, world, fake, clock, deregistered } = await scene(t);
  for (let revision = 10; revision <= 130; revision++) addRevision(world, revision);
  for (const one of [world.service, world.service.deployments[0]]) set(one, { taskDefinition: revisionArn(130) });
  const times: number[] = [];
  const handle = fake.script.DeregisterTaskDefinition;
  fake.script.DeregisterTaskDefinition = (input) => {
    times.push(clock.now());
    return handle?.(input) ?? {};
  };
  const report = await keep(3);
  assert.equal(deregistered().length, 100);
  assert.equal(report.left, 26);
  times.forEach((time, index) => {
    const before = times[index - 10];
    assert.ok(before === undefined || time - before >= 10_000, `number ${index}`);
  });
});

test("a throttled call is sent again, and one that is refused ends it with what was done", async (t) => {
  const { keep, fake } = await scene(t);
  const handle = fake.script.DeregisterTaskDefinition;
  let calls = 0;
  fake.script.DeregisterTaskDefinition = (input) => {
    calls += 1;
    if (calls === 1) return new Fault("ThrottlingException", "Rate exceeded");
    if (calls === 4) return new Fault("AccessDeniedException", "no");
    return handle?.(input) ?? {};
  };
  const report = await keep();
  assert.deepEqual(report.deregistered, names(1, 2));
  assert.match(String(report.refused), /may not perform ecs:DeregisterTaskDefinition/);
});

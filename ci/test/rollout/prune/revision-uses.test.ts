import assert from "node:assert/strict";
import { test } from "node:test";
import { ecsTarget, pruneScene } from "../../support/prune-scene.js";
import { addTask, newDigest, revisionArn, type World } from "../../support/scripted-ecs.js";
import { addServiceDeployment, clusterArn, type Elsewhere } from "../../support/scripted-prune.js";
import { set } from "../../support/stories.js";

const other = (more: object) => ({
  clusterArn: clusterArn("elsewhere"),
  serviceName: "worker",
  taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/other:3",
  deployments: [],
  ...more,
});
/** Changes that each put revision 3 into use. */
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
    /a deployment of service \S+ is in progress with it/,
  ],
  [
    "that an unfinished service deployment replaces",
    (world) => addServiceDeployment(world, "sd10", 9, "ROLLBACK_IN_PROGRESS", [3]),
    /a deployment of service \S+ is in progress with it/,
  ],
  [
    "of a service deployment in a state that is not known yet",
    (world) => addServiceDeployment(world, "sd10", 3, "PONDERING"),
    /a deployment of service \S+ is in progress with it/,
  ],
  [
    "of the last service deployment that ended well",
    (world) => addServiceDeployment(world, "sd10", 3, "SUCCESSFUL"),
    /would roll back to it/,
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
    /service worker would roll back to it/,
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
    const { keep, world, elsewhere, deregistered } = await pruneScene(t);
    plant(world, elsewhere);
    const report = await keep();
    assert.equal(report.refused, undefined);
    assert.ok(!deregistered().includes("service:3"), `deregistered: ${deregistered()}`);
    assert.ok(deregistered().includes("service:2"));
    assert.match(String(report.inUse.find(({ revision }) => revision === "service:3")?.by), by);
  });
}

test("a schedule or rule that names the family alone uses its newest revision, and keeps no old one", async (t) => {
  const { keep, elsewhere } = await pruneScene(t);
  const Target = ecsTarget("arn:aws:ecs:us-west-2:123456789012:task-definition/service");
  elsewhere.schedules.push({ Name: "nightly", GroupName: "default", Target });
  assert.equal((await keep()).deregistered.length, 7);
});

const day = 24 * 3600;

/** Makes revision 3 one that a deploy registered `ago` seconds ago. */
function registered(world: World, verb: string, ago: number) {
  const three = world.taskDefinitions.get(revisionArn(3));
  set(three?.taskDefinition, { registeredAt: world.now() - ago });
  set(three, {
    tags: [
      { key: "slipway:verb", value: verb },
      { key: "slipway:version", value: "v2.0.0" },
    ],
  });
}

for (const [verb, by] of [
  ["deploy", "a deploy of v2.0.0 registered it and has not rolled it out"],
  ["rollback", "a rollback of v2.0.0 registered it and has not rolled it out"],
  ["undo", "a rollback of v2.0.0 registered it and has not rolled it out"],
] as const) {
  test(`a revision that a ${verb} has registered and not rolled out is not deregistered`, async (t) => {
    const { world, keep } = await pruneScene(t);
    registered(world, verb, 29 * day);
    const { deregistered, inUse } = await keep();
    assert.ok(!deregistered.includes("service:3"));
    assert.equal(inUse.find(({ revision }) => revision === "service:3")?.by, by);
  });
}

test("a revision that a deploy has registered more than 30 days ago, or rolled out, can be deregistered", async (t) => {
  const { world, keep } = await pruneScene(t);
  registered(world, "deploy", 31 * day);
  assert.ok((await keep(5)).deregistered.includes("service:3"));
  const { world: rolledOut, keep: again } = await pruneScene(t);
  registered(rolledOut, "deploy", day);
  rolledOut.serviceDeployments.push({
    serviceDeploymentArn: "arn:aws:ecs:us-west-2:123456789012:service-deployment/c/s/sd3",
    createdAt: rolledOut.now() - day,
    status: "ROLLBACK_SUCCESSFUL",
    taskDefinition: revisionArn(3),
  });
  assert.ok((await again(5)).deregistered.includes("service:3"));
});

test("each revision without a deployment is described once", async (t) => {
  const { fake, keep } = await pruneScene(t);
  await keep(5);
  const described = fake.sent("DescribeTaskDefinition").map(({ taskDefinition }) => String(taskDefinition));
  assert.deepEqual(
    described.filter((one) => /:[1-4]$/.test(one)).sort(),
    [1, 2, 3, 4].map((revision) => revisionArn(revision)),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { NETWORK, scripted, withService } from "./virtual-ecs.js";

const run = (more: JsonObject = {}): JsonObject => ({
  taskDefinition: "web",
  launchType: "FARGATE",
  networkConfiguration: NETWORK,
  ...more,
});

test("a task goes through every status, with the times of each", async () => {
  const world = await withService({
    behaviour: scripted({ good: { exit: { after: 30_000, code: 0 } } }),
    service: { desiredCount: 0 },
  });
  const { tasks } = await world.call("RunTask", run());
  const seen: string[] = [];
  for (let second = 0; second < 100; second++) {
    const [task] = (await world.call("DescribeTasks", { tasks: [tasks[0].taskArn] })).tasks;
    if (seen.at(-1) !== task.lastStatus) seen.push(task.lastStatus);
    world.clock.advance(1_000);
  }
  assert.deepEqual(seen, ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEPROVISIONING", "STOPPED"]);
  const [task] = (await world.call("DescribeTasks", { tasks: [tasks[0].taskArn] })).tasks;
  const order = [
    "createdAt",
    "connectivityAt",
    "pullStartedAt",
    "pullStoppedAt",
    "startedAt",
    "executionStoppedAt",
    "stoppedAt",
  ];
  const times = order.map((name) => task[name]);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok(task.version > tasks[0].version);
  const address = task.attachments[0].details.find(
    (each: { name: string }) => each.name === "privateIPv4Address",
  ).value;
  assert.equal(task.containers[0].networkInterfaces[0].privateIpv4Address, address);
  assert.match(task.containers[0].imageDigest, /^sha256:[0-9a-f]{64}$/);
});

test("the same client token starts nothing twice, and rejects another request", async () => {
  const { call } = await withService();
  const first = await call("RunTask", run({ clientToken: "once", count: 2 }));
  const second = await call("RunTask", run({ clientToken: "once", count: 2 }));
  const arns = (answer: { tasks: { taskArn: string }[] }) => answer.tasks.map((task) => task.taskArn);
  assert.deepEqual(arns(second), arns(first));
  await assert.rejects(call("RunTask", run({ clientToken: "once", count: 3 })), { code: "ConflictException" });
});

test("a client token is forgotten with its task, an hour after its end, and starts a new one then", async () => {
  const world = await withService();
  const { tasks } = await world.call("RunTask", run({ clientToken: "once" }));
  world.clock.advance(3 * 3_600_000);
  const running = await world.call("RunTask", run({ clientToken: "once" }));
  assert.equal(running.tasks[0].taskArn, tasks[0].taskArn, "while it runs it is remembered");
  await world.call("StopTask", { task: tasks[0].taskArn });
  world.clock.advance(50 * 60_000);
  const ended = await world.call("RunTask", run({ clientToken: "once" }));
  assert.equal(ended.tasks[0].taskArn, tasks[0].taskArn);
  world.clock.advance(20 * 60_000);
  const later = await world.call("RunTask", run({ clientToken: "once" }));
  assert.notEqual(later.tasks[0].taskArn, tasks[0].taskArn);
});

test("a task gets its definition's tags with propagateTags, and never a service's", async () => {
  const { call } = await withService();
  const { taskDefinition } = await call("DescribeTaskDefinition", { taskDefinition: "web" });
  const tags = (...keys: string[]) => keys.map((key) => ({ key, value: key }));
  await call("TagResource", { resourceArn: taskDefinition.taskDefinitionArn, tags: tags("team", "stage") });
  const own = [{ key: "stage", value: "test" }];
  const plain = await call("RunTask", run({ tags: own }));
  assert.deepEqual(plain.tasks[0].tags, own);
  const requested = await call("RunTask", run({ tags: own, propagateTags: "TASK_DEFINITION" }));
  assert.deepEqual(requested.tasks[0].tags, [...tags("team"), ...own]);
  await assert.rejects(call("RunTask", run({ propagateTags: "SERVICE" })), { code: "InvalidParameterException" });
});

test("a stopped task has a stop code and a reason", async () => {
  const world = await withService();
  const { tasks } = await world.call("RunTask", run({ startedBy: "me" }));
  world.clock.advance(60_000);
  await world.call("StopTask", { task: tasks[0].taskArn, reason: "enough" });
  world.clock.advance(60_000);
  const [task] = (await world.call("DescribeTasks", { tasks: [tasks[0].taskArn] })).tasks;
  assert.deepEqual(
    [task.lastStatus, task.stopCode, task.stoppedReason, task.containers[0].exitCode],
    ["STOPPED", "UserInitiated", "enough", 0],
  );
});

test("tasks are listed by startedBy, service or family, running ones by default", async () => {
  const world = await withService();
  const { tasks } = await world.call("RunTask", run({ startedBy: "me" }));
  const list = async (filter: JsonObject) => (await world.call("ListTasks", filter)).taskArns;
  assert.deepEqual(await list({ startedBy: "me" }), [tasks[0].taskArn]);
  assert.equal((await list({ serviceName: "web" })).length, 1);
  assert.equal((await list({ family: "web" })).length, 2);
  await world.call("StopTask", { task: tasks[0].taskArn });
  assert.deepEqual(await list({ startedBy: "me" }), []);
  assert.deepEqual(await list({ startedBy: "me", desiredStatus: "STOPPED" }), [tasks[0].taskArn]);
  await assert.rejects(list({ startedBy: "me", family: "web" }), { code: "InvalidParameterException" });
  await assert.rejects(list({ serviceName: "none" }), { code: "ServiceNotFoundException" });
});

const REFUSED: [string, JsonObject, RegExp][] = [
  ["an unknown task definition", { taskDefinition: "none" }, /TaskDefinition not found/],
  ["eleven at once", { count: 11 }, /between 1 and 10/],
  [
    "an override of a container that is not there",
    { overrides: { containerOverrides: [{ name: "none" }] } },
    /not a container in the TaskDefinition/,
  ],
  ["a service's group", { group: "service:web" }, /reserved/],
  ["a client token that is too long", { clientToken: "x".repeat(65) }, /longer than 64/],
  ["no network", { networkConfiguration: {} }, /Network Configuration must be provided/],
];

for (const [what, more, message] of REFUSED) {
  test(`running a task with ${what} is rejected`, async () => {
    const { call } = await withService();
    await assert.rejects(call("RunTask", run(more)), { code: "InvalidParameterException", message });
    assert.equal((await call("ListTasks")).taskArns.length, 1);
  });
}

test("stopping an unknown task is rejected", async () => {
  const { call } = await withService();
  await assert.rejects(call("StopTask", { task: "0".repeat(32) }), { message: "The referenced task was not found." });
});

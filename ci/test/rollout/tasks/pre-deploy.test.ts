import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { command, preDeployScene } from "../../support/deploy-task-scene.js";
import { Fault, lostResponse } from "../../support/fake-aws.js";
import { revisionArn, target } from "../../support/scripted-ecs.js";
import { set } from "../../support/stories.js";

/** Execution role, without which a Fargate task can't pull from ECR. */
const executionRoleArn = "arn:aws:iam::123456789012:role/execution";

/** Returns the operations that change something, in the order of their first call. */
const changes = (calls: { operation: string }[]) =>
  calls
    .map(({ operation }) => operation)
    .filter((name) => ["RegisterTaskDefinition", "TagResource", "RunTask", "StopTask", "UpdateService"].includes(name));

test("the task runs with the new revision where the service runs, and is recorded, before the service is updated", async (t) => {
  const { fake, world, roll, runs, record, lines } = await preDeployScene(t);
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
  set(world.service, { networkConfiguration, launchType: "FARGATE", platformVersion: "1.4.0" });
  set(world.taskDefinitions.get(revisionArn(7))?.taskDefinition, { executionRoleArn });
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(changes(fake.calls), [
    "RegisterTaskDefinition",
    "TagResource",
    "RunTask",
    "TagResource",
    "UpdateService",
  ]);
  const { clientToken, startedBy, ...sent } = runs[0]?.input ?? {};
  assert.match(String(clientToken), /^[0-9a-f]{64}$/);
  assert.match(String(startedBy), /^slipway\/before\/[0-9a-f]{32}$/);
  assert.deepEqual(sent, {
    cluster: target.cluster,
    taskDefinition: revisionArn(8),
    networkConfiguration,
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    overrides: { containerOverrides: [{ name: "app", command }] },
  });
  assert.match(String(record()), /^done 2026-\S+ d0{31}$/);
  for (const text of ["PENDING", "RUNNING", "has succeeded"]) {
    assert.ok(
      lines.some((line) => line.includes(text)),
      text,
    );
  }
});

test("the task of a service on capacity providers runs on them too, with tags propagated as for the service", async (t) => {
  const { fake, world, roll, runs } = await preDeployScene(t);
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
  set(world.service, { capacityProviderStrategy, propagateTags: "SERVICE", enableECSManagedTags: true });
  const tags = [{ key: "cost", value: "7" }];
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    const { services: [service] = [] } = (describe?.(input) ?? {}) as { services?: JsonObject[] };
    const hasTags = (input.include as string[] | undefined)?.includes("TAGS");
    return { services: [{ ...service, ...(hasTags && { tags }) }] };
  };
  set(world.taskDefinitions.get(revisionArn(7))?.taskDefinition, { executionRoleArn });
  await roll();
  const { launchType, ...sent } = runs[0]?.input ?? {};
  assert.equal(launchType, undefined);
  assert.deepEqual(sent.capacityProviderStrategy, capacityProviderStrategy);
  assert.equal(sent.propagateTags, undefined);
  assert.deepEqual(sent.tags, tags);
  assert.equal(sent.enableECSManagedTags, true);
});

test("the named container's exit code decides, and a companion that keeps running is stopped", async (t) => {
  const { roll, fake } = await preDeployScene(t, { ends: 20, exitCode: 0, hasCompanion: true });
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(fake.sent("StopTask").length, 1);
});

test("a RunTask whose response is lost is sent again with the same client token, and the task runs once", async (t) => {
  const { roll, fake, runs } = await preDeployScene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    run?.(input);
    fake.script.RunTask = run as NonNullable<typeof run>;
    return lostResponse;
  };
  assert.equal((await roll()).verdict, "deployed");
  const [first, second] = fake.sent("RunTask");
  assert.deepEqual(second, first);
  assert.equal(runs.length, 1);
});

test("a task that ECS refuses to start changes nothing, and is started when it is called again later", async (t) => {
  const { roll, fake, record, clock, runs } = await preDeployScene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = () =>
    new Fault("AccessDeniedException", "User: x is not authorized to perform: iam:PassRole on resource: y");
  await assert.rejects(roll(), { code: "access-denied", exitCode: 2, message: /iam:PassRole/ });
  assert.match(String(record()), /^refused/);
  fake.script.RunTask = run as NonNullable<typeof run>;
  await clock.sleep(3 * 3_600_000);
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(runs.length, 1);
});

test("a task without room is reported with ECS's reason", async (t) => {
  const { roll, fake } = await preDeployScene(t);
  fake.script.RunTask = () => ({ tasks: [], failures: [{ reason: "Capacity is unavailable at this time." }] });
  await assert.rejects(roll(), { code: "task-not-placed", exitCode: 2, message: /Capacity is unavailable/ });
});

test("a task that no instance accepts is reported with ECS's reason and its fix", async (t) => {
  for (const [reason, fix] of [
    ["RESOURCE:PORTS", /RESOURCE:PORTS\. Nothing ran\. .*hostPort 0/],
    ["RESOURCE:MEMORY", /RESOURCE:MEMORY\. Nothing ran\. Add instances or larger ones/],
    ["ATTRIBUTE", /ATTRIBUTE\. Nothing ran\. .*requiresAttributes/],
    ["AGENT", /AGENT\. Nothing ran\. .*agent on the instance/],
    ["SOMETHING", /SOMETHING\. Nothing ran\. Run the same command again/],
  ] as const) {
    const { roll, fake } = await preDeployScene(t);
    fake.script.RunTask = () => ({ tasks: [], failures: [{ reason }] });
    await assert.rejects(roll(), { code: "task-not-placed", exitCode: 2, message: fix });
  }
});

test("without the permission to tag revisions no task runs", async (t) => {
  const { roll, fake, runs } = await preDeployScene(t);
  fake.script.TagResource = () => new Fault("AccessDeniedException", "no");
  await assert.rejects(roll(), { code: "access-denied", message: /ecs:TagResource/ });
  assert.equal(runs.length, 0);
});

test("throttling while the task is watched is waited out", async (t) => {
  const { roll, fake, lines } = await preDeployScene(t);
  const describe = fake.script.DescribeTasks;
  let times = 0;
  fake.script.DescribeTasks = (input) => {
    times += 1;
    return times === 2 ? new Fault("ThrottlingException", "Rate exceeded") : (describe?.(input) ?? {});
  };
  assert.equal((await roll()).verdict, "deployed");
  assert.ok(lines.some((line) => line.includes("retrying the read of the task in 2 s")));
});

test("a rollback runs no pre-deploy task", async (t) => {
  const { roll, runs } = await preDeployScene(t);
  await roll({ verb: "rollback" });
  assert.equal(runs.length, 0);
});

test("a release that runs already runs no pre-deploy task", async (t) => {
  const { roll, runs } = await preDeployScene(t);
  await roll();
  await roll();
  assert.equal(runs.length, 1);
});

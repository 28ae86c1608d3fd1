import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, scripted, secondsToSettle, TARGET_GROUP, update, withService } from "./virtual-ecs.js";

test("a good update replaces the task and completes once the old one has stopped", async () => {
  const world = await withService();
  const [old] = await world.tasks();
  const next = await update(world, "good:2");
  await secondsToSettle(world);
  const service = await world.service();
  assert.equal(service.deployments[0].taskDefinition, next);
  assert.equal(service.deployments[0].rolloutState, "COMPLETED");
  assert.deepEqual([service.runningCount, service.pendingCount], [1, 0]);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
  const { tasks } = await world.call("DescribeTasks", { tasks: [old.taskArn] });
  assert.equal(tasks[0].stopCode, "ServiceSchedulerInitiated");
  assert.equal(tasks[0].stoppedReason, `Scaling activity initiated by (deployment ${service.deployments[0].id})`);
});

test("the deployment-completed event is one millisecond before the steady state", async () => {
  const world = await withService();
  const [steady, completed] = (await world.service()).events;
  assert.equal(steady.message, "(service web) has reached a steady state.");
  assert.match(completed.message, /^\(service web\) \(deployment ecs-svc\/\d{19}\) deployment completed\.$/);
  assert.equal(Math.round((steady.createdAt - completed.createdAt) * 1_000), 1);
});

test("a service deployment is SUCCESSFUL while the old task still drains, and listed as such", async () => {
  const world = await withService({
    target: () => ({ drain: 60_000 }),
    service: { loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 5000 }] },
  });
  await update(world, "good:2");
  world.clock.advance(80_000);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
  const service = await world.service();
  assert.equal(service.deployments[0].rolloutState, "IN_PROGRESS");
  assert.equal(service.deployments.length, 2);
  const [draining] = await world.tasks({ serviceName: "web", desiredStatus: "STOPPED" });
  assert.deepEqual([draining.desiredStatus, draining.lastStatus], ["STOPPED", "RUNNING"]);
  const said = await messages(world);
  assert.ok(said.includes("(service web) has begun draining connections on 1 tasks."));
  assert.ok(said.includes(`(service web) deregistered 1 targets in (target-group ${TARGET_GROUP})`));
});

test("the list of service deployments and currentServiceDeployment lag behind an update", async () => {
  const world = await withService();
  const before = await world.service();
  await update(world, "good:2");
  assert.equal((await world.deployments()).length, 1);
  assert.equal((await world.service()).currentServiceDeployment, before.currentServiceDeployment);
  world.clock.advance(5_000);
  const [newest] = await world.deployments();
  assert.equal(newest.status, "PENDING");
  assert.equal((await world.service()).currentServiceDeployment, newest.serviceDeploymentArn);
});

test("an update of the desired count or the deployment configuration alone starts no deployment", async () => {
  const world = await withService();
  const [{ id }] = (await world.service()).deployments;
  await world.call("UpdateService", {
    service: "web",
    desiredCount: 3,
    deploymentConfiguration: { maximumPercent: 150 },
  });
  await secondsToSettle(world);
  const service = await world.service();
  assert.deepEqual(
    service.deployments.map((each: { id: string }) => each.id),
    [id],
  );
  world.clock.advance(120_000);
  assert.equal((await world.service()).runningCount, 3);
  assert.equal((await world.deployments()).length, 1);
});

test("forceNewDeployment replaces the tasks of the same revision", async () => {
  const world = await withService();
  const [old] = await world.tasks();
  await world.call("UpdateService", { service: "web", forceNewDeployment: true });
  await secondsToSettle(world);
  const [now] = await world.tasks();
  assert.notEqual(now.taskArn, old.taskArn);
  assert.equal(now.taskDefinitionArn, old.taskDefinitionArn);
});

test("a newer deployment replaces one in progress, whose service deployment is STOPPED for that reason", async () => {
  const world = await withService();
  await update(world, "good:2");
  world.clock.advance(60_000);
  const last = await update(world, "good:3");
  await secondsToSettle(world);
  const [newest, replaced] = await world.deployments();
  assert.equal(newest.status, "SUCCESSFUL");
  assert.deepEqual([replaced.status, replaced.statusReason], ["STOPPED", "Replaced by a new service deployment."]);
  assert.equal((await world.service()).taskDefinition, last);
  assert.deepEqual(
    (await world.tasks()).map((task) => task.taskDefinitionArn),
    [last],
  );
});

test("a service with desired count 0 deploys without starting a task", async () => {
  const world = await withService({ service: { desiredCount: 0 } });
  const next = await update(world, "good:2");
  await secondsToSettle(world);
  const service = await world.service();
  assert.deepEqual([service.runningCount, service.deployments[0].taskDefinition], [0, next]);
  assert.equal(service.deployments[0].rolloutState, "COMPLETED");
  assert.deepEqual(await world.tasks({ desiredStatus: "STOPPED" }), []);
});

test("scaling during a rollout ends at the new count on the new revision", async () => {
  const world = await withService({ service: { desiredCount: 4 } });
  const next = await update(world, "good:2");
  world.clock.advance(50_000);
  await world.call("UpdateService", { service: "web", desiredCount: 2 });
  await secondsToSettle(world);
  const tasks = await world.tasks({ serviceName: "web" });
  assert.deepEqual(
    tasks.map((task) => task.taskDefinitionArn),
    [next, next],
  );
});

test("percents that allow neither a stop nor a start are reported once", async () => {
  const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 150 };
  const world = await withService({ service: { deploymentConfiguration } });
  await update(world, "good:2");
  world.clock.advance(3_600_000);
  const blocked = (await messages(world)).filter((each) => each.includes("was unable to stop or start tasks"));
  assert.equal(blocked.length, 1);
  assert.equal((await world.deployments())[0].status, "IN_PROGRESS");
});

test("a service of 250 tasks is replaced at Fargate's launch rate and lists them in pages of 100", async () => {
  const world = await withService({ service: { desiredCount: 250 } });
  const next = await update(world, "good:2");
  await secondsToSettle(world);
  const seen: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await world.call("ListTasks", { serviceName: "web", ...(nextToken && { nextToken }) });
    assert.ok(page.taskArns.length <= 100);
    seen.push(...page.taskArns);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.equal(new Set(seen).size, 250);
  const { tasks } = await world.call("DescribeTasks", { tasks: seen.slice(0, 100) });
  assert.ok(tasks.every((task: { taskDefinitionArn: string }) => task.taskDefinitionArn === next));
});

test("a tag is resolved once for a deployment, and all of its tasks run that digest", async () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  let answer = digest("a");
  const world = await withService({ resolveImage: async () => answer });
  answer = digest("b");
  await world.call("UpdateService", { service: "web", desiredCount: 3 });
  world.clock.advance(120_000);
  const digests = new Set((await world.tasks()).map((task) => task.containers[0].imageDigest));
  assert.deepEqual([...digests], [digest("a")]);
  const [{ targetServiceRevision }] = await world.deployments();
  const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
    serviceRevisionArns: [targetServiceRevision.arn],
  });
  assert.deepEqual(serviceRevisions[0].containerImages, [
    { containerName: "app", image: "good:1", imageDigest: digest("a") },
  ]);
});

test("the first pull sets the digest that the revision returns", async () => {
  const world = await withService();
  const [first] = await world.tasks();
  const digest = first.containers[0].imageDigest;
  const [{ targetServiceRevision }] = await world.deployments();
  const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
    serviceRevisionArns: [targetServiceRevision.arn],
  });
  assert.equal(serviceRevisions[0].containerImages[0].imageDigest, digest);
});

test("a crashed task of a steady service is replaced, and returned with exit code and reason", async () => {
  const world = await withService();
  const [task] = await world.tasks();
  world.runtime.crash(task.taskArn, 3);
  world.clock.advance(120_000);
  const { tasks } = await world.call("DescribeTasks", { tasks: [task.taskArn] });
  assert.deepEqual(
    [tasks[0].lastStatus, tasks[0].stopCode, tasks[0].stoppedReason, tasks[0].containers[0].exitCode],
    ["STOPPED", "EssentialContainerExited", "Essential container in task exited", 3],
  );
  assert.equal((await world.service()).runningCount, 1);
  world.clock.advance(3_600_000);
  const { failures } = await world.call("DescribeTasks", { tasks: [task.taskArn] });
  assert.deepEqual(failures, [{ arn: task.taskArn, reason: "MISSING" }]);
});

test("the last hundred events are kept, newest first", async () => {
  const world = await withService({ behaviour: scripted({ crash: { exit: { after: 60_000, code: 1 } } }) });
  await update(world, "crash:1", {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } },
  });
  world.clock.advance(6 * 3_600_000);
  const { events } = await world.service();
  assert.equal(events.length, 100);
  const created = events.map((event: { createdAt: number }) => event.createdAt);
  assert.deepEqual(
    created,
    [...created].sort((a, b) => b - a),
  );
});

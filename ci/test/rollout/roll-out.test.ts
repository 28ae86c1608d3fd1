import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { rollOut } from "../../src/rollout/roll-out.js";
import { Fault, fakeAws, lostAnswer } from "../support/fake-aws.js";
import {
  addEvent,
  addTask,
  newDigest,
  release,
  revisionArn,
  type Story,
  scriptedEcs,
  target,
  update,
} from "../support/scripted-ecs.js";
import { crashLoop, set, success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

async function scene(t: TestContext, story: Story, maxAttempts = 1) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = await fakeAws(script, { maxAttempts });
  t.after(() => fake.close());
  const lines: string[] = [];
  const options = { aws: fake.aws, target, clock, release, progress: (line: string) => void lines.push(line) };
  const roll = (more = {}) => rollOut({ ...options, ...more });
  return { clock, world, fake, lines, roll };
}

test("a normal rollout is deployed once the old task is gone and all three witnesses agree", async (t) => {
  const { fake, clock, lines, roll } = await scene(t, success);
  const startedAt = clock.now();
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 0);
  assert.deepEqual(
    report.witnesses.map(({ holds }) => holds),
    [true, true, true],
  );
  assert.equal(report.from.version, "v1.0.0");
  assert.equal(report.taskDefinition, revisionArn(8));
  assert.equal(report.deployment.id, "ecs-svc/1000000000000000002");
  assert.match(String(report.deployment.arn), /sd2$/);
  assert.deepEqual(report.http, { state: "not-checked" });
  const late = clock.now() - startedAt - 118_000;
  assert.ok(late >= 0 && late <= 2000, `the verdict came ${late} ms after it was true`);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
  assert.deepEqual(fake.sent("UpdateService"), [
    { cluster: target.cluster, service: target.service, taskDefinition: revisionArn(8) },
  ]);
  assert.ok(lines.some((line) => line.includes("Run the same command again")));
});

for (const variant of ["old-id", "new-id"] as const) {
  test(`a crash loop that the breaker rolls back is reported as rolled back, with the ${variant} of the rollback`, async (t) => {
    const { fake, roll } = await scene(t, crashLoop(variant));
    fake.script.GetLogEvents = (input) => {
      assert.equal(input.logStreamName, `ecs/app/${"c3".padEnd(32, "0")}`);
      return { events: [{ timestamp: 1, message: "KeyError: 'DATABASE_URL'\n" }] };
    };
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.equal(report.exitCode, 3);
    assert.match(report.reason, /circuit breaker/);
    assert.equal(report.diagnosis?.cause, "container-exits");
    assert.equal(report.diagnosis?.failedTasks, 3);
    assert.ok(report.log && "lines" in report.log);
    assert.deepEqual(report.log.lines, ["KeyError: 'DATABASE_URL'"]);
  });

  test(`without the newer permissions a rollback is still told, with the ${variant} of the rollback`, async (t) => {
    const { fake, roll, lines } = await scene(t, crashLoop(variant));
    fake.script.ListServiceDeployments = () =>
      new Fault("AccessDeniedException", "not authorized to perform: ecs:ListServiceDeployments on resource");
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.match(String(report.uncertain), /ecs:ListServiceDeployments is not permitted/);
    assert.ok(lines.some((line) => line.includes("classic deployments")));
  });
}

test("a service deployment that is listed late is found", async (t) => {
  const { world, roll } = await scene(t, success);
  world.listLag = 20;
  world.service.currentServiceDeployment = "arn:stale";
  assert.equal((await roll()).verdict, "deployed");
});

test("somebody else's deployment in the place of ours is reported as superseded, not as deployed", async (t) => {
  const { roll } = await scene(t, [
    [30, (world) => update(world, revisionArn(7))],
    [
      31,
      (world) =>
        set(world.serviceDeployments[1], { status: "STOPPED", statusReason: "Replaced by a new service deployment." }),
    ],
    [60, (world) => set(world.serviceDeployments[0], { status: "SUCCESSFUL" })],
  ]);
  const report = await roll();
  assert.equal(report.verdict, "superseded");
  assert.equal(report.exitCode, 5);
  assert.match(report.reason, /service:7/);
});

test("what the service is set to already is not deployed again", async (t) => {
  const { fake, roll } = await scene(t, success);
  await roll();
  const calls = fake.calls.length;
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.changed, false);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.ok(fake.calls.length - calls < 12);
});

test("a deploy that was cut off is attached to when the command is run again", async (t) => {
  const { fake, roll } = await scene(t, success);
  const cut = new AbortController();
  const first = roll({
    signal: cut.signal,
    progress: (line: string) => line.includes("RUNNING") && cut.abort(new Error("cut off")),
  });
  await assert.rejects(first, /cut off/);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.attached, true);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a version that was rolled back before is tried again", async (t) => {
  const { fake, roll } = await scene(t, crashLoop("old-id"));
  await roll();
  await roll();
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("nothing is sent while another rollout is in flight", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  update(world, revisionArn(7));
  await assert.rejects(roll(), { code: "deployment-in-flight", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a rollout begins only when the one before has settled, so that it has something to return to", async (t) => {
  const { fake, world, roll, clock } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const settled = clock.now() + 30_000;
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    if (clock.now() >= settled) set(world.service.deployments.at(-1), { rolloutState: "COMPLETED" });
    return describe?.(input) ?? {};
  };
  const register = fake.script.RegisterTaskDefinition;
  let begun = 0;
  fake.script.RegisterTaskDefinition = (input) => {
    begun = clock.now();
    return register?.(input) ?? {};
  };
  await roll({ timeoutMs: 100_000 });
  assert.equal(begun, settled);
});

test("a service that never settles is left alone", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  await assert.rejects(roll(), { code: "unsettled", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a rollout of another that is not listed yet is seen in flight", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  world.listLag = 5;
  update(world, revisionArn(7));
  await assert.rejects(roll(), { code: "deployment-in-flight", message: /ecs-svc\/\d+2 to .* is IN_PROGRESS/ });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a deploy that was cut off before its rollout was listed is attached to", async (t) => {
  const { fake, world, roll } = await scene(t, success);
  world.listLag = 30;
  const cut = new AbortController();
  const first = roll({
    signal: cut.signal,
    progress: (line: string) => line.includes("has begun") && cut.abort(new Error("cut off")),
  });
  await assert.rejects(first, /cut off/);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(report.uncertain, []);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("what happened before a rollout was attached to is evidence of it", async (t) => {
  const placing = "was unable to place a task. Reason: no capacity.";
  const { roll } = await scene(t, [[10, (world) => addEvent(world, "e5", placing)]]);
  const cut = new AbortController();
  const stopAtEvent = (line: string) => line.includes(placing) && cut.abort(new Error("cut off"));
  await assert.rejects(roll({ signal: cut.signal, progress: stopAtEvent }), /cut off/);
  const report = await roll({ timeoutMs: 60_000 });
  assert.equal(report.verdict, "timed-out");
  assert.equal(report.diagnosis?.cause, "cannot-be-placed");
});

test("what runs since longer than ECS keeps its deployments is not deployed again", async (t) => {
  const { fake, world, roll } = await scene(t, success);
  await roll();
  world.serviceDeployments = [];
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.changed, false);
  assert.match(String(report.uncertain), /90 days/);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("an UpdateService whose answer is lost is looked for, not sent again", async (t) => {
  const { fake, roll } = await scene(t, success, 3);
  const update = fake.script.UpdateService;
  fake.script.UpdateService = (input) => {
    update?.(input);
    return lostAnswer;
  };
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("an UpdateService that ECS never got is an error that says so", async (t) => {
  const { fake, roll } = await scene(t, success, 3);
  fake.script.UpdateService = () => lostAnswer;
  await assert.rejects(roll(), { code: "unanswered", exitCode: 1 });
  assert.equal(fake.sent("UpdateService").length, 3);
});

test("a throttled RegisterTaskDefinition is sent again, because it was not executed", async (t) => {
  const { fake, roll } = await scene(t, success);
  const register = fake.script.RegisterTaskDefinition;
  let times = 0;
  fake.script.RegisterTaskDefinition = (input) =>
    ++times < 3 ? new Fault("ThrottlingException", "Rate exceeded") : (register?.(input) ?? {});
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(times, 3);
});

test("throttling while watching is waited out and told", async (t) => {
  const { fake, roll, lines, world } = await scene(t, success);
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) =>
    world.tasks.length === 2 && fake.calls.length % 2
      ? new Fault("ThrottlingException", "Rate exceeded")
      : (describe?.(input) ?? {});
  assert.equal((await roll()).verdict, "deployed");
  assert.ok(lines.some((line) => line.includes("asks for fewer calls")));
});

test("credentials that expire in the middle are named as the cause, with how to attach again", async (t) => {
  const { fake, roll } = await scene(t, [
    [
      50,
      () => {
        fake.script.DescribeServices = () =>
          new Fault("ExpiredTokenException", "The security token included in the request is expired");
      },
    ],
  ]);
  await assert.rejects(roll(), (error: Error & { code: string; exitCode: number }) => {
    assert.equal(error.code, "credentials-expired");
    assert.equal(error.exitCode, 1);
    assert.match(error.message, /credentials have expired.*goes on in ECS.*same command again/s);
    return true;
  });
});

test("a permission that is missing in the middle ends it at once and is named", async (t) => {
  const { fake, roll, clock } = await scene(t, success);
  const startedAt = clock.now();
  fake.script.DescribeTasks = () =>
    new Fault("AccessDeniedException", "User: x is not authorized to perform: ecs:DescribeTasks on resource: y");
  await assert.rejects(roll(), /may not perform ecs:DescribeTasks/);
  assert.equal(clock.now(), startedAt);
});

test("a rollout that never ends is timed out at the deadline and left alone", async (t) => {
  const { fake, roll, clock } = await scene(t, []);
  const startedAt = clock.now();
  const report = await roll({ timeoutMs: 600_000 });
  assert.equal(report.verdict, "timed-out");
  assert.equal(report.exitCode, 7);
  assert.ok(clock.now() - startedAt < 610_000);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("the environment's other values never reach the report or the progress", async (t) => {
  const { roll, lines } = await scene(t, success);
  assert.doesNotMatch(JSON.stringify(await roll()) + lines.join("\n"), /not-for-print/);
});

test("tasks that tell the digest of a manifest in our index are on our image", async (t) => {
  const child = `sha256:${"2".repeat(64)}`;
  const { fake, roll } = await scene(t, [
    [45, (world) => addTask(world, "b1", revisionArn(8), child)],
    ...success.slice(1),
  ]);
  fake.script.BatchGetImage = (input) => {
    assert.deepEqual(input.imageIds, [{ imageDigest: newDigest }]);
    return { images: [{ imageManifest: JSON.stringify({ manifests: [{ digest: child }] }) }] };
  };
  assert.equal((await roll()).verdict, "deployed");
  const forIndexes = fake.sent("BatchGetImage").filter((input) => (input.acceptedMediaTypes as string[]).length === 2);
  assert.equal(forIndexes.length, 1);
});

async function site(t: TestContext, version: string): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify({ version })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what ECS calls deployed and the public URL serves is deployed and verified", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: await site(t, "v1.1.0") } });
  assert.equal(report.verdict, "deployed");
  assert.equal(report.http.state, "verified");
});

test("what ECS calls deployed while the public URL serves another version has failed", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: await site(t, "v1.0.0") } });
  assert.equal(report.verdict, "failed");
  assert.equal(report.exitCode, 4);
  assert.match(report.reason, /does not serve v1\.1\.0: v1\.0\.0/);
});

test("what ECS calls deployed at a public URL that can't be reached is deployed-unverified", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: "http://127.0.0.1:1" } });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(report.exitCode, 8);
});

test("what ECS refuses is said in its own words, and the service is as it was", async (t) => {
  const { fake, roll } = await scene(t, success);
  fake.script.RegisterTaskDefinition = () => new Fault("ClientException", "Too many containers.");
  await assert.rejects(roll(), { code: "refused-by-ecs", exitCode: 2, message: /RegisterTaskDefinition: Too many/ });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a service that somebody sets to another revision while ours waits is left alone", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    if (fake.sent("DescribeServices").length > 2) world.service.taskDefinition = revisionArn(6);
    return describe?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "service-moved", message: /service:6/ });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

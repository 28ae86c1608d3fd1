import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, lostResponse, overHttp } from "../support/fake-aws.js";
import { scene } from "../support/rollout-scene.js";
import { success } from "../support/stories.js";

test("an UpdateService that ECS never received is an error that states so", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t, 3));
  fake.script.UpdateService = () => lostResponse;
  await assert.rejects(roll(), { code: "unanswered", exitCode: 1 });
  assert.equal(fake.sent("UpdateService").length, 3);
});

test("a throttled RegisterTaskDefinition is sent again, because it was not executed", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t));
  const register = fake.script.RegisterTaskDefinition;
  let times = 0;
  fake.script.RegisterTaskDefinition = (input) =>
    ++times < 3 ? new Fault("ThrottlingException", "Rate exceeded") : (register?.(input) ?? {});
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(times, 3);
});

test("throttling while watching is waited out and reported", async (t) => {
  const { fake, roll, lines, world } = await scene(t, success, overHttp(t));
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) =>
    world.tasks.length === 2 && fake.calls.length % 2
      ? new Fault("ThrottlingException", "Rate exceeded")
      : (describe?.(input) ?? {});
  assert.equal((await roll()).verdict, "deployed");
  assert.ok(lines.some((line) => /^Throttled .* retrying the poll in 2 s/.test(line)));
});

test("credentials that expire in the middle are named as the cause, with how to attach again", async (t) => {
  const { fake, roll } = await scene(
    t,
    [
      [
        50,
        () => {
          fake.script.DescribeServices = () =>
            new Fault("ExpiredTokenException", "The security token included in the request is expired");
        },
      ],
    ],
    overHttp(t),
  );
  await assert.rejects(roll(), (error: Error & { code: string; exitCode: number }) => {
    assert.equal(error.code, "credentials-expired");
    assert.equal(error.exitCode, 1);
    assert.match(error.message, /credentials have expired.*ECS continues it.*same command again/s);
    return true;
  });
});

test("a permission that is lost in the middle stops the rollout at once and is named", async (t) => {
  const { fake, roll, clock } = await scene(t, success, overHttp(t));
  const startedAt = clock.now();
  fake.script.DescribeTasks = () =>
    new Fault("AccessDeniedException", "User: x is not authorized to perform: ecs:DescribeTasks on resource: y");
  await assert.rejects(roll(), /may not perform ecs:DescribeTasks/);
  assert.equal(clock.now(), startedAt);
});

test("an UpdateService that stays throttled is not a refusal: the error states to run the same command again", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t));
  fake.script.UpdateService = () => new Fault("ThrottlingException", "Rate exceeded");
  await assert.rejects(roll(), { code: "throttled", exitCode: 2, message: /ecs:UpdateService.*run the same command/ });
  assert.equal(fake.sent("UpdateService").length, 6);
});

test("a refusal by ECS is reported with ECS's message, and the service is not changed", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t));
  fake.script.RegisterTaskDefinition = () => new Fault("ClientException", "Too many containers.");
  await assert.rejects(roll(), { code: "refused-by-ecs", exitCode: 2, message: /RegisterTaskDefinition: Too many/ });
  assert.equal(fake.sent("UpdateService").length, 0);
});

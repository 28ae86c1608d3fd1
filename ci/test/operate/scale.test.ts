import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { InputError, type SlipwayError } from "../../lib/common/errors.js";
import { readService } from "../../lib/ecs/service.js";
import { scale } from "../../lib/operate/scale.js";
import { directAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { addEvent, scriptedEcs, target, type World } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

/** @param during Called at each read after the update, with the seconds since. */
function scene(during: (world: World, seconds: number) => void, scalable: JsonObject[] | Fault = []) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const lines: string[] = [];
  const describe = script.DescribeServices;
  let startedAt = Number.NaN;
  const fake = directAws({
    ...script,
    DescribeScalableTargets: () => (scalable instanceof Fault ? scalable : { ScalableTargets: scalable }),
    UpdateService: ({ desiredCount }) => {
      world.service.desiredCount = Number(desiredCount);
      startedAt = clock.now();
      return { service: world.service };
    },
    DescribeServices: (input) => {
      if (!Number.isNaN(startedAt)) during(world, (clock.now() - startedAt) / 1000);
      return describe?.(input) ?? {};
    },
  });
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  const to = async (count: number, minutes = 15) =>
    await scale(session, await readService(fake.aws, target), { count, timeoutMs: minutes * 60_000 });
  return { world, fake, lines, to };
}

const steady = (world: World, seconds: number) => {
  if (seconds < 20) return;
  if (world.service.runningCount !== 3) addEvent(world, "steady", "has reached a steady state.");
  world.service.runningCount = 3;
};

test("the desired count is changed once, and the call ends when the service is steady", async () => {
  const { fake, lines, to } = scene(steady);
  assert.match(await to(3), /was scaled from 1 to 3: 3 of 3 running, after 0:21\.\n$/);
  assert.deepEqual(fake.sent("UpdateService"), [{ cluster: target.cluster, service: target.service, desiredCount: 3 }]);
  assert.match(lines.join("\n"), /1 of 3 running[\s\S]*has reached a steady state/);
});

test("a service that already has the number is only waited for", async () => {
  const { fake, to } = scene(() => {});
  assert.match(await to(1), /has 1 tasks as before: 1 of 1 running/);
  assert.deepEqual(fake.sent("UpdateService"), []);
});

const range = { ServiceNamespace: "ecs", MinCapacity: 2, MaxCapacity: 4 };

test("a number outside of the range of autoscaling is refused, and the service stays as it is", async () => {
  const { fake, to } = scene(() => {}, [range]);
  for (const count of [1, 5]) {
    await assert.rejects(to(count), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(
        error.message,
        /keeps 2 to 4 tasks, and would undo --count \d\. Nothing was changed\. Accepted: a count from 2 to 4/,
      );
      return true;
    });
  }
  assert.deepEqual(fake.sent("UpdateService"), []);
  assert.deepEqual(fake.sent("DescribeScalableTargets")[0]?.ResourceIds, [
    `service/${target.cluster}/${target.service}`,
  ]);
});

test("a number within the range is set with a warning, and suspended autoscaling refuses nothing", async () => {
  const within = scene(steady, [range]);
  await within.to(3);
  assert.match(within.lines[0] ?? "", /keeps 2 to 4 tasks .* may change the count again/);
  const suspended = {
    DynamicScalingInSuspended: true,
    DynamicScalingOutSuspended: true,
    ScheduledScalingSuspended: true,
  };
  await scene(steady, [{ ...range, MaxCapacity: 2, SuspendedState: suspended }]).to(3);
});

test("without the permission to read autoscaling the service is scaled, and the line names what is not checked", async () => {
  const { lines, to } = scene(steady, new Fault("AccessDeniedException", "no"));
  await to(3);
  assert.match(lines[0] ?? "", /not checked: application-autoscaling:DescribeScalableTargets is not permitted/);
});

test("tasks that don't start end the call at its limit with exit code 7 and the last events", async () => {
  const { to } = scene((world) => {
    if (world.service.events.length === 1) addEvent(world, "e1", "was unable to place a task.");
  });
  await assert.rejects(to(3, 2), (error: SlipwayError) => {
    assert.equal(error.exitCode, 7);
    assert.match(error.message, /not steady with 3 tasks .*1 of 3 running[\s\S]*unable to place a task/);
    return true;
  });
});

test("a count that another user changes meanwhile ends the call with exit code 5", async () => {
  const { to } = scene((world, seconds) => {
    if (seconds > 5) world.service.desiredCount = 7;
  });
  await assert.rejects(to(3), (error: SlipwayError) => {
    assert.equal(error.exitCode, 5);
    assert.match(error.message, /was set to 3, and another user or autoscaling has changed it to 7/);
    return true;
  });
});

test("a locked service is not scaled, and a call that only waits is not refused", async () => {
  const { world, fake, to } = scene(steady);
  world.service.tags = [{ key: "slipway:lock", value: "2026-01-01T00:00:00.000Z user/alice freeze OPS-12" }];
  await assert.rejects(to(3), (error: SlipwayError) => {
    assert.equal(error.exitCode, 2);
    assert.match(
      error.message,
      /is locked by user\/alice since 2026-01-01T00:00:00\.000Z, reason: freeze OPS-12\. Its number of tasks stays 1\./,
    );
    return true;
  });
  assert.deepEqual(fake.sent("UpdateService"), []);
  assert.match(await to(1), /has 1 tasks as before/);
});

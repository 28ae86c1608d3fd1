import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { lockService, unlockService, waitForUnlock } from "../../../lib/rollout/lock/lock.js";
import { lockOf, lockTag } from "../../../lib/rollout/lock/lock-tag.js";
import { run } from "../../../lib/rollout/run.js";
import { directAws } from "../../support/direct-aws.js";
import { release, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const by = "arn:aws:sts::123456789012:assumed-role/deploy/alice";

function scene() {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  world.service.serviceArn = `arn:aws:ecs:us-west-2:123456789012:service/${target.cluster}/${target.service}`;
  const tags = () => (world.service.tags ?? []) as JsonObject[];
  const fake = directAws({
    ...script,
    TagResource: (input) => {
      if (input.resourceArn !== world.service.serviceArn) return script.TagResource?.(input) ?? {};
      world.service.tags = [...tags(), ...(input.tags as JsonObject[])];
      return {};
    },
    UntagResource: ({ tagKeys }) => {
      world.service.tags = tags().filter(({ key }) => !(tagKeys as string[]).includes(String(key)));
      return {};
    },
  });
  const lines: string[] = [];
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  return { clock, world, fake, lines, session };
}

test("a lock has the user, the time and the reason, and is removed by unlock", async () => {
  const { session, world } = scene();
  const lock = await lockService(session, { id: "1", by, reason: "release freeze OPS-12" });
  assert.deepEqual(
    [lock.by, lock.since, lock.reason],
    ["assumed-role/deploy/alice", session.clock.now(), "release freeze OPS-12"],
  );
  await assert.rejects(
    lockService(session, { id: "1", by, reason: "mine" }),
    /is locked already: by assumed-role\/deploy\/alice since 2026-01-01T.*, reason: release freeze OPS-12\. Nothing was changed/,
  );
  const removed = await unlockService(session);
  assert.deepEqual(
    removed.map(({ by, since, reason }) => [by, since, reason]),
    [[lock.by, lock.since, lock.reason]],
  );
  assert.deepEqual(world.service.tags, []);
  assert.deepEqual(await unlockService(session), []);
});

test("a deploy of a locked service is refused before anything is registered, unless the finding is ignored", async () => {
  const { session, fake } = scene();
  await lockService(session, { id: "1", by, reason: "freeze" });
  await assert.rejects(run({ ...session, release }), (error: Error & { exitCode: number }) => {
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /is locked by assumed-role\/deploy\/alice since 2026-01-01T.*, reason: freeze\./);
    return true;
  });
  assert.deepEqual(fake.sent("RegisterTaskDefinition"), []);
  assert.deepEqual(fake.sent("UpdateService"), []);
  await unlockService(session);
  await run({ ...session, release, timeoutMs: 1000 });
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("of two users who lock at once, the one whose tag is replaced is refused", async () => {
  const { session, fake, world } = scene();
  const tag = fake.script.TagResource;
  fake.script.TagResource = (input) => {
    const answer = tag?.(input) ?? {};
    world.service.tags = [{ key: lockTag, value: "2026-01-01T00:00:01.000Z user/bob other" }];
    return answer;
  };
  await assert.rejects(lockService(session, { id: "1", by, reason: "mine" }), /locked already: by user\/bob/);
});

test("a tag that a user wrote by hand locks too", () => {
  const lock = lockOf({ tags: [{ key: lockTag, value: "do not touch" }] });
  assert.deepEqual([lock?.since, lock?.reason], [0, "do not touch"]);
  assert.equal(lockOf({ tags: [{ key: "team", value: "x" }] }), undefined);
  assert.equal(lockOf({}), undefined);
});

test("waiting ends when the service is unlocked, or when the time is over", async () => {
  const { session, clock, lines } = scene();
  await lockService(session, { id: "1", by, reason: "freeze" });
  const sleep = clock.sleep;
  let sleeps = 0;
  clock.sleep = async (ms, signal) => {
    await sleep(ms, signal);
    if (++sleeps === 3) await unlockService(session);
  };
  const began = clock.now();
  await waitForUnlock(session, 600_000);
  assert.equal(clock.now() - began, 30_000);
  assert.equal(lines.filter((line) => /Waiting: .* is locked, by .* reason: freeze/.test(line)).length, 1);
  await lockService(session, { id: "1", by, reason: "freeze again" });
  await waitForUnlock(session, 60_000);
  assert.equal(clock.now() - began, 90_000);
});

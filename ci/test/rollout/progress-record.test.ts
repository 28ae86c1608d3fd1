import assert from "node:assert/strict";
import { test } from "node:test";
import { recordProgress } from "../../lib/rollout/progress-record.js";
import { scene } from "../support/rollout-scene.js";
import { success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

test("a result has the progress of its rollout as data, in order, and every line was passed on", async (t) => {
  const { roll } = await scene(t, success);
  const lines: string[] = [];
  const { events, verdict } = await roll({ progress: (line: string) => lines.push(line) });
  assert.equal(verdict, "deployed");
  assert.equal(events.length, lines.length);
  const times = events.map(({ time }) => time);
  assert.ok(times.every((time) => /^2026-01-01T00:0\d:\d\d\.\d{3}Z$/.test(time)));
  assert.deepEqual(times, [...times].sort());
  assert.deepEqual(events[0], {
    time: times[0],
    type: "finding",
    id: "no-circuit-breaker",
    level: "warning",
    what: "The deployment circuit breaker is off: ECS keeps starting tasks that fail.",
    fix: "Set deploymentCircuitBreaker to enable and rollback in the service's deployment configuration.",
    ignored: false,
  });
  assert.ok(events.some((one) => one.type === "deployment" && one.status === "SUCCESSFUL"));
  assert.ok(events.some((one) => one.type === "note" && one.message.startsWith("Registered ")));
});

test("of many events the first and the last are kept, with the number of the others; long texts are cut", async () => {
  const clock = virtualClock();
  const { progress, events } = recordProgress(() => {}, clock);
  for (let index = 0; index < 1000; index++) {
    progress(`${index}`);
    await clock.sleep(1000);
  }
  progress("x".repeat(5000));
  const found = events();
  assert.equal(found.length, 301);
  const messages = found.map((one) => (one.type === "note" ? one.message : one.type));
  assert.deepEqual([messages[99], messages[100], messages[101]], ["99", "omitted", "801"]);
  assert.deepEqual(found[100], { time: found[101]?.time, type: "omitted", count: 701 });
  assert.equal(messages.at(-1), `${"x".repeat(1000)}…`);
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startActivity } from "../../lib/commands/progress-spans.js";
import type { ProgressEvent } from "../../lib/rollout/progress-event.js";
import type { Span } from "../../lib/rollout/session.js";
import { manualClock } from "../support/manual-clock.js";

/** An activity on a clock that only `pass` moves. */
function scene(t: TestContext, span?: Span) {
  const clock = manualClock();
  const lines: [number, string][] = [];
  const data: (ProgressEvent | undefined)[] = [];
  const activity = startActivity(
    (line, event) => {
      lines.push([clock.now(), line]);
      data.push(event);
    },
    clock,
    span,
  );
  t.after(activity.end);
  const pass = (seconds: number) => clock.pass(seconds * 1000);
  return { lines, data, activity, pass };
}

/** Work that runs until the test ends it. */
function open() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end: () => end() };
}

test("a phase that shows nothing shows a heartbeat every 15 s, with its name and how long it has run", async (t) => {
  const { lines, data, activity, pass } = scene(t);
  const work = open();
  const phase = activity.span("build and publish", () => work.ended);
  await pass(40);
  work.end();
  await phase;
  assert.deepEqual(lines, [
    [15_000, "still running: build and publish, 15 s so far"],
    [30_000, "still running: build and publish, 30 s so far"],
  ]);
  assert.deepEqual(data[0], { type: "heartbeat", phase: "build and publish", seconds: 15 });
});

test("a line of output delays the heartbeat", async (t) => {
  const { lines, activity, pass } = scene(t);
  const work = open();
  const phase = activity.span("roll out v1.2.3 (service:7)", () => work.ended);
  await pass(10);
  activity.progress("registered");
  await pass(14);
  work.end();
  await phase;
  assert.deepEqual(lines, [[10_000, "registered"]]);
});

test("nothing is shown after the end", async (t) => {
  const { lines, activity, pass } = scene(t);
  activity.end();
  await pass(60);
  assert.deepEqual(lines, []);
});

test("a span's name has at most 60 characters", async (t) => {
  const names: string[] = [];
  const { activity } = scene(t, async (name, work) => {
    names.push(name);
    return await work();
  });
  await activity.span(`roll out v1.2.3 (${"family".repeat(20)}:7)`, async () => {});
  assert.equal(names[0]?.length, 60);
});

test("the heartbeat names the phase that runs, not one that has failed", async (t) => {
  const { lines, activity, pass } = scene(t);
  await assert.rejects(
    activity.span("test", () => Promise.reject(new Error("no"))),
    /no/,
  );
  const work = open();
  const phase = activity.span("prune", () => work.ended);
  await pass(16);
  work.end();
  await phase;
  assert.match(lines[0]?.[1] ?? "", /prune/);
});

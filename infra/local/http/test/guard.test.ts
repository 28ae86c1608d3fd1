import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedClock } from "../../aws/clock.js";
import { createVirtualClock } from "../../aws/virtual-clock.js";
import { guarded, logFailure } from "../guard.js";

test("what a guarded callback throws or rejects with is logged with its stack, and the caller goes on", async () => {
  const lines: string[] = [];
  const onFailure = logFailure((line) => lines.push(line), "Here");
  guarded(() => {
    throw new Error("thrown");
  }, onFailure)();
  guarded(async () => {
    throw new Error("rejected");
  }, onFailure)();
  guarded(() => {
    throw "no error";
  }, onFailure)();
  await new Promise(setImmediate);
  assert.match(lines[0] ?? "", /^Here: Error: thrown\n {4}at /);
  assert.equal(lines[1], "Here: no error");
  assert.match(lines[2] ?? "", /^Here: Error: rejected\n/);
});

test("a guarded callback receives its arguments", () => {
  let sum = 0;
  const add = guarded(
    (a: number, b: number) => {
      sum = a + b;
    },
    () => assert.fail(),
  );
  add(1, 2);
  assert.equal(sum, 3);
});

test("a timer that throws is logged, and the timers after it still run", () => {
  const lines: string[] = [];
  const virtual = createVirtualClock();
  const clock = guardedClock(virtual, (line) => lines.push(line));
  const ran: string[] = [];
  clock.after(10, () => {
    throw new Error("broken timer");
  });
  clock.after(20, () => ran.push("second"));
  const cancel = clock.after(30, () => ran.push("cancelled"));
  cancel();
  virtual.advance(100);
  assert.deepEqual(ran, ["second"]);
  assert.match(lines[0] ?? "", /^Timer: Error: broken timer\n/);
  assert.equal(clock.now(), virtual.now());
});

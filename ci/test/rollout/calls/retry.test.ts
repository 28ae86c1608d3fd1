import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, readThroughLag, retry } from "../../../lib/rollout/calls/retry.js";
import type { Session } from "../../../lib/rollout/session.js";
import { virtualClock } from "../../support/virtual-clock.js";

function scene() {
  const clock = virtualClock();
  const lines: string[] = [];
  const session = { clock, progress: (line: string) => lines.push(line) } as unknown as Session;
  return { clock, lines, session, began: clock.now() };
}

test("the wait doubles, up to 30 s", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(backoff), [2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("a failed call is repeated after growing waits, and each repetition is reported", async () => {
  const { clock, lines, session, began } = scene();
  const errors = [Object.assign(new Error("slow down"), { name: "ThrottlingException" }), new Error("reset")];
  const call = async () => errors.shift() ?? clock.now() - began;
  const thrown = async () => {
    const one = await call();
    if (one instanceof Error) throw one;
    return one;
  };
  assert.equal(await retry(session, "the poll", thrown, () => undefined), 6000);
  assert.deepEqual(lines, [
    "Throttled (ThrottlingException); retrying the poll in 2 s.",
    "No answer (Error); retrying the poll in 4 s.",
  ]);
});

test("the error that the caller gives up with is thrown", async () => {
  const { session } = scene();
  const call = () => Promise.reject(new Error("down"));
  const giveUp = (error: Error, times: number) =>
    times > 2 ? new Error(`${error.message} ${times} times`) : undefined;
  await assert.rejects(retry(session, "the poll", call, giveUp), { message: "down 3 times" });
});

test("a value that ECS lists late is read until it is found, and no longer than the lag", async () => {
  const { clock, session, began } = scene();
  const read = async () => clock.now() - began;
  assert.equal(await readThroughLag(session, read, (seen) => seen >= 5000), 6000);
  assert.equal(await readThroughLag(session, read, () => false), 26_000);
});

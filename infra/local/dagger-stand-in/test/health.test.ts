import assert from "node:assert/strict";
import { test } from "node:test";
import { ExecError } from "../errors.js";
import { type Health, healthOf, untilHealthy } from "../exec/health.js";
import { healthcheck } from "../image/edit.js";

const second = 1e9;

test("every part of a health check is written in the image's config, in nanoseconds", () => {
  const options = { interval: "10s", timeout: "5s", startPeriod: "1m30s", startInterval: "500ms", retries: 3 };
  assert.deepEqual(healthcheck(["python3", "check.py"], options), {
    Test: ["CMD", "python3", "check.py"],
    Interval: 10 * second,
    Timeout: 5 * second,
    StartPeriod: 90 * second,
    StartInterval: 0.5 * second,
    Retries: 3,
  });
});

test("a service is checked at its start interval, else at its interval, else every 5 s", () => {
  const between = (check: object) => healthOf({ Test: ["CMD", "true"], ...check })?.between;
  assert.equal(between({ StartInterval: second, Interval: 10 * second }), 1000);
  assert.equal(between({ Interval: 10 * second }), 10_000);
  assert.equal(between({}), 5000);
});

test("a command of a shell runs in one, and an image without a check has none", () => {
  assert.deepEqual(healthOf({ Test: ["CMD-SHELL", "a && b"] })?.command, ["/bin/sh", "-c", "a && b"]);
  for (const check of [undefined, { Test: ["NONE"] }, { Test: [] }]) assert.equal(healthOf(check), undefined);
});

/** Plays a service that is healthy after so many milliseconds. @returns When its check passed, or the error. */
async function played(health: Partial<Health>, healthyAfter: number): Promise<number | Error> {
  let now = 0;
  const check = async () => ({ exitCode: now >= healthyAfter ? 0 : 1, stdout: "", stderr: "refused" });
  const time = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const whole = { command: ["check"], between: 1000, startPeriod: 15_000, retries: 3, ...health };
  return untilHealthy(whole, check, time).then(
    () => now,
    (error: Error) => error,
  );
}

test("a service answers at most one start interval after it is healthy", async () => {
  assert.equal(await played({}, 0), 0);
  assert.equal(await played({}, 2300), 3000);
  assert.equal(await played({ between: 10_000 }, 2300), 10_000);
});

test("failures count only after the start period, and the image's number of them ends the service", async () => {
  assert.equal(await played({}, 17_000), 17_000);
  const error = await played({}, 60_000);
  assert.ok(error instanceof ExecError);
  assert.deepEqual(error.extensions, {
    _type: "EXEC_ERROR",
    cmd: ["check"],
    exitCode: 1,
    stdout: "",
    stderr: "refused",
  });
});

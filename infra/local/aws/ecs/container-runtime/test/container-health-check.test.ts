import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualClock } from "../../../virtual-clock.js";
import { readHealthCheck, watchHealth } from "../container-health-check.js";

const check = { command: ["true"], interval: 10_000, timeout: 2_000, startPeriod: 0, retries: 2 };

/** Runs the check with scripted results (`hang` never returns) for a number of seconds. */
async function watch(answers: (boolean | "hang")[], seconds: number, changes: Partial<typeof check> = {}) {
  const clock = createVirtualClock(0);
  const reported: string[] = [];
  let probes = 0;
  const probe = () => {
    const answer = answers[probes++] ?? true;
    return answer === "hang" ? new Promise<boolean>(() => {}) : Promise.resolve(answer);
  };
  const stop = watchHealth({ ...check, ...changes }, probe, clock, (status) =>
    reported.push(`${clock.now() / 1000}s ${status}`),
  );
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
  return { reported, probes };
}

test("a check runs first after its interval, and only changes are reported", async () => {
  assert.deepEqual((await watch([true, true, true], 35)).reported, ["10s HEALTHY"]);
});

test("`retries` failures in a row make a container unhealthy, and one success makes it healthy", async () => {
  assert.deepEqual((await watch([true, false, true, false, false, true], 65)).reported, [
    "10s HEALTHY",
    "50s UNHEALTHY",
    "60s HEALTHY",
  ]);
});

test("failures in the start period don't count until the first success", async () => {
  const { reported } = await watch([false, false, false, false, false], 55, { startPeriod: 35_000 });
  assert.deepEqual(reported, ["50s UNHEALTHY"]);
});

test("a check that hangs fails by its timeout and is not started a second time", async () => {
  const { reported, probes } = await watch(["hang"], 60);
  assert.deepEqual(reported, ["22s UNHEALTHY"]);
  assert.equal(probes, 1);
});

test("a definition's check is read with ECS's defaults, and only its interval is scaled", () => {
  const definition = { healthCheck: { command: ["CMD-SHELL", "curl -f localhost || exit 1"] } };
  assert.deepEqual(readHealthCheck(definition, 0.1), {
    command: ["/bin/sh", "-c", "curl -f localhost || exit 1"],
    interval: 3_000,
    timeout: 5_000,
    startPeriod: 0,
    retries: 3,
  });
  assert.equal(readHealthCheck({}, 1), undefined);
  assert.equal(readHealthCheck({ healthCheck: { command: ["NONE"] } }, 1), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualClock } from "../../../virtual-clock.js";
import { readHealthCheck, watchHealth } from "../container-health-check.js";

const check = { command: ["true"], interval: 10_000, timeout: 2_000, startPeriod: 0, retries: 2 };

/** Runs the check with scripted answers (`hang` never answers) for so many seconds. */
async function watch(answers: (boolean | "hang")[], seconds: number, changes: Partial<typeof check> = {}) {
  const clock = createVirtualClock(0);
  const told: string[] = [];
  let probes = 0;
  const probe = () => {
    const answer = answers[probes++] ?? true;
    return answer === "hang" ? new Promise<boolean>(() => {}) : Promise.resolve(answer);
  };
  const stop = watchHealth({ ...check, ...changes }, probe, clock, (status) =>
    told.push(`${clock.now() / 1000}s ${status}`),
  );
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
  return { told, probes };
}

test("a check runs first after its interval, and only changes are told", async () => {
  assert.deepEqual((await watch([true, true, true], 35)).told, ["10s HEALTHY"]);
});

test("so many failures in a row as retries make a container unhealthy, and one success heals it", async () => {
  assert.deepEqual((await watch([true, false, true, false, false, true], 65)).told, [
    "10s HEALTHY",
    "50s UNHEALTHY",
    "60s HEALTHY",
  ]);
});

test("failures in the start period don't count until the first success", async () => {
  const { told } = await watch([false, false, false, false, false], 55, { startPeriod: 35_000 });
  assert.deepEqual(told, ["50s UNHEALTHY"]);
});

test("a check that hangs fails by its time-out and is not started again beside itself", async () => {
  const { told, probes } = await watch(["hang"], 60);
  assert.deepEqual(told, ["22s UNHEALTHY"]);
  assert.equal(probes, 1);
});

test("a definition's check is read with ECS's defaults, and scaled but for its time-out", () => {
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

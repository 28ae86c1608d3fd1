import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { checkOutcome } from "../simulate/check-outcome.js";
import type { MeasuredSeed } from "../simulate/measure.js";
import { type SimulatedSeed, scenarioOf, simulateScenario, simulateSeed } from "../simulate/simulate-seed.js";
import { runSeeds } from "../simulate/worker-pool.js";
import { simulate } from "../virtual/simulate.js";

/** A hundred fixed seeds, of which one goes through the SDK, and ten new ones. */
const fixed = { first: 1, count: 100 };
const fresh = { first: randomInt(2 ** 30), count: 10 };

for (const [name, { first, count }] of Object.entries({ fixed, fresh })) {
  test(`${count} rollouts from the ${name} seed ${first} on have right verdicts`, async () => {
    const wrong: string[] = [];
    const played: number[] = [];
    const record = ({ seed, faults }: MeasuredSeed) => {
      played.push(seed);
      if (faults.length > 0) wrong.push(`npm run simulate -- --seed ${seed}: ${faults.join("; ")}`);
    };
    await runSeeds({ first, count, jobs: 2 }, record, () => false);
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      played.sort((a, b) => a - b),
      Array.from({ length: count }, (_, index) => first + index),
    );
  });
}

test("a seed that does not end, or ends its process, is wrong and does not delay the others", async () => {
  const results: [number, string[]][] = [];
  const record = ({ seed, faults }: MeasuredSeed) => results.push([seed, faults]);
  const script = new URL("stuck-worker.ts", import.meta.url);
  let begun = 0;
  // Only the limit of the second seed passes.
  const clock = {
    after(_: number, callback: () => void) {
      if (++begun === 2) setImmediate(callback);
      return () => {};
    },
  };
  await runSeeds({ first: 1, count: 5, jobs: 1, limit: 100, script, clock }, record, () => false);
  assert.deepEqual(results, [
    [1, []],
    [2, ["did not end within 0.1 s"]],
    [3, []],
    [4, ["its process ended with exit code 7"]],
    [5, []],
  ]);
});

test("a seed stands for one scenario", () => {
  assert.deepEqual(scenarioOf(42), scenarioOf(42));
  assert.notDeepEqual(scenarioOf(42), scenarioOf(43));
});

test("a deployer comes to the same end through its port and through the SDK", async () => {
  const endOf = ({ outcome }: SimulatedSeed) => outcome?.report?.verdict ?? outcome?.runs.at(-1)?.error?.code;
  // With slow calls or lost responses, a few milliseconds decide if a task ends before its rollout does.
  const isPlain = ({ aws }: Scenario) => !aws?.latency && !aws?.faults;
  const seeds = Array.from({ length: 20 }, (_, index) => 501 + index).filter((seed) => isPlain(scenarioOf(seed)));
  for (const seed of seeds.slice(0, 10)) {
    assert.equal(endOf(await simulateSeed(seed, "direct")), endOf(await simulateSeed(seed, "sdk")), `seed ${seed}`);
  }
});

test("a false verdict is detected", async () => {
  const scenario = { release: { tasks: [{ exit: { after: 0, code: 1 } }] } };
  const outcome = await simulate(scenario, 1);
  assert.deepEqual(checkOutcome(scenario, outcome), []);
  const [run] = outcome.runs;
  assert.ok(run.report);
  const wrong = {
    ...outcome,
    runs: [{ ...run, report: { ...run.report, verdict: "deployed" as const } }],
  } as typeof outcome;
  assert.match(checkOutcome(scenario, wrong).join(), /reported deployed .* the oracle has .*rolled-back/);
});

test("a secret in any output is detected", async () => {
  const outcome = await simulate({}, 1);
  outcome.trace.push({ at: 0, kind: "line", run: 1, text: "PASSWORD=marked-secret-of-the-environment" });
  assert.match(checkOutcome({}, outcome).join(), /printed marked-secret/);
});

test("a second UpdateService of one deploy is detected", async () => {
  const outcome = await simulate({ deployer: { runId: "1" } }, 1);
  const [update] = outcome.oracle.updates;
  assert.ok(update);
  outcome.oracle.updates.push(update);
  assert.match(checkOutcome({ deployer: { runId: "1" } }, outcome).join(), /began 2 deployments/);
});

test("a failed simulation is reported, not skipped", async () => {
  const { faults } = await simulateScenario({ service: { minimumHealthyPercent: 300 } }, 1, "direct");
  assert.match(faults.join(), /could not be simulated/);
});

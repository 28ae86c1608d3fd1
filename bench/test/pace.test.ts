import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile } from "../common/quantile.js";
import { drills } from "../drills/catalogue/index.js";
import { atPhase } from "../drills/phases.js";
import { runVirtually } from "../drills/run-virtual.js";
import { onService, terraformSettings } from "../drills/service-settings.js";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

const settings = { desiredCount: 1, ...terraformSettings };
const names = ["succeeds-in-three-minutes", "exits-after-20-s", "nothing-to-return-to-ignored", "early-success"];

for (const drill of drills.filter(({ name }) => names.includes(name))) {
  test(`${drill.name}: at every phase the verdict comes within 2.2 s of being visible`, async (t) => {
    const delays: number[] = [];
    const calls: number[] = [];
    for (let phase = 0; phase < 8; phase++) {
      const played = await runVirtually(drill, settings, 1, phase, 8);
      delays.push(played.delay ?? Number.POSITIVE_INFINITY);
      calls.push(played.calls);
    }
    t.diagnostic(`${Math.max(...delays)} s, ${Math.max(...calls)} calls`);
    assert.ok(Math.max(...delays) <= 2.2, String(delays));
    if (drill.name === "succeeds-in-three-minutes") assert.ok(Math.max(...calls) <= 90, String(calls));
  });
}

const pausing = [
  "paused-hook",
  "blue-green-never-continued",
  "blue-green-gate-rolls-back",
  "linear-gate-at-every-step",
];

test("a pause is seen after a median of 3 s, p95 5 s: reported to a user, or by a gate that begins its requests", async (t) => {
  const delays: number[] = [];
  for (const drill of drills.filter(({ name }) => pausing.includes(name))) {
    for (let phase = 0; phase < 8; phase++) delays.push(...(await pauseDelays(drill.scenario, phase)));
  }
  delays.sort((a, b) => a - b);
  const [median, p95] = [quantile(delays, 0.5), quantile(delays, 0.95)];
  t.diagnostic(`${delays.length} pauses: median ${median} s, p95 ${p95} s`);
  assert.equal(delays.length, 8 * (1 + 1 + 1 + 4));
  assert.ok(median <= 3, String(delays));
  assert.ok(p95 <= 5, String(delays));
});

/** Returns the seconds from each pause of a rollout, once it was visible, to the verdict or the gate's first request. */
async function pauseDelays(scenario: Scenario, phase: number): Promise<number[]> {
  const { trace, oracle, report, runs } = await simulate(atPhase(onService(scenario, settings), phase, 8), 1 + phase);
  const gates = trace.flatMap((one) => (one.kind === "line" && /to end the pause/.test(one.text) ? [one.at] : []));
  const seen = [...gates, ...(report?.verdict === "paused" ? [runs[0].endedAt] : [])];
  return oracle.moments.flatMap(({ state, at, visibleAt }) =>
    state === "paused" ? [((seen.find((one) => one >= at) ?? Number.POSITIVE_INFINITY) - visibleAt) / 1000] : [],
  );
}

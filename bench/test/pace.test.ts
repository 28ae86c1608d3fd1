import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import { runVirtually } from "../drills/run-virtual.js";
import { terraformSettings } from "../drills/service-settings.js";

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

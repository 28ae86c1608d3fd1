import assert from "node:assert/strict";
import { test } from "node:test";
import { awsTiming } from "../../infra/local/aws/index.js";
import { atPhase } from "../drills/phases.js";
import type { Scenario } from "../scenario/scenario.js";

const scenario: Scenario = {
  aws: { timing: { listLag: 60_000 } },
  interventions: [
    { at: 60_000, do: "redeploy" },
    { at: 1_000, from: "start", do: "redeploy" },
    { at: 10, from: "PRE_SCALE_UP", do: "redeploy" },
  ],
};
const all = Array.from({ length: 8 }, (_, phase) => atPhase(scenario, phase, 8));
const scaleUps = all.map(({ aws }) => (aws?.timing?.scaleUp ?? awsTiming.scaleUp) - awsTiming.scaleUp);
const starts = all.map(({ aws }) => (aws?.timing?.deploymentStart ?? awsTiming.deploymentStart) - 45_000);

test("the phases of a drill spread its events evenly over the longest poll interval", () => {
  assert.deepEqual(starts, [0, 625, 1250, 1875, 2500, 3125, 3750, 4375]);
  assert.deepEqual(scaleUps, starts, "of a traffic shift");
  for (const name of ["deprovisioning", "rollbackStart"] as const) {
    const moved = all.map(({ aws }) => (aws?.timing?.[name] ?? awsTiming[name]) - awsTiming[name]);
    assert.deepEqual(
      moved.toSorted((a, b) => a - b),
      starts,
      name,
    );
    assert.notDeepEqual(moved, starts, name);
  }
});

test("interventions after an update move with the rollout, those at a stage with the stage, and other settings stay", () => {
  assert.equal(all[0], scenario);
  assert.deepEqual(all[4]?.interventions, [
    { at: 62_500, do: "redeploy" },
    ...(scenario.interventions?.slice(1) ?? []),
  ]);
  assert.equal(all[4]?.aws?.timing?.listLag, 60_000);
});

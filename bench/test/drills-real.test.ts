import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import { mistakes } from "../drills/played.js";
import { playReally } from "../drills/real.js";
import { terraformSettings } from "../drills/settings.js";
import { pool } from "../pool.js";
import { speeds } from "../stage/stage.js";
import { target } from "../world/names.js";

const names = ["goes-well", "exits-at-once", "somebody-else-deploys", "update-answer-lost", "credentials-expire"];

/** What others do comes before the rollout's end on a slow machine too: until then its tasks do not start. */
function drillNamed(name: string): Drill {
  const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
  const { scenario } = drill;
  if (!scenario.interventions) return drill;
  return { ...drill, scenario: { ...scenario, release: { ...scenario.release, tasks: [{ start: 36_000_000 }] } } };
}

test("drills end the same with a process, real HTTP and the published SDK as in virtual time", async () => {
  const chosen = names.map(drillNamed);
  const settings = { desiredCount: 1, ...terraformSettings };
  const played = await pool(chosen, 3, (drill) => playReally(drill, settings, target, { speed: speeds.rehearsal }));
  for (const one of played) assert.deepEqual(mistakes(one), [], one.drill.name);
});

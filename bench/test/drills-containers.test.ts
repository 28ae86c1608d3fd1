import assert from "node:assert/strict";
import { test } from "node:test";
import { connectEngine } from "../../infra/local/containers/connect.js";
import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import { mistakes } from "../drills/played.js";
import { playReally } from "../drills/real.js";
import { terraformSettings } from "../drills/settings.js";
import { pool } from "../pool.js";
import { speeds } from "../stage/stage.js";
import { target } from "../world/names.js";

/** Quick ones: of the image, the start, the service, what others do. */
const names = ["corrupt-layer", "exits-at-once", "goes-well", "somebody-stops-it"];

/** What others do comes before the rollout's end on a slow machine too: until then its tasks do not start. */
function drillNamed(name: string): Drill {
  const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
  const { scenario } = drill;
  if (!scenario.interventions) return drill;
  return { ...drill, scenario: { ...scenario, release: { ...scenario.release, tasks: [{ start: 36_000_000 }] } } };
}

test("drills end the same with real containers and a real load balancer as in virtual time", async () => {
  const engine = await connectEngine();
  const chosen = names.map(drillNamed);
  const settings = { desiredCount: 1, ...terraformSettings };
  const options = { speed: speeds.rehearsal, engine };
  const played = await pool(chosen, 4, (drill) => playReally(drill, settings, target, options));
  for (const one of played) assert.deepEqual(mistakes(one), [], one.drill.name);
});

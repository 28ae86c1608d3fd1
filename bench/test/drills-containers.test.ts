import assert from "node:assert/strict";
import { test } from "node:test";
import { connectRuntime } from "../../infra/local/containers/connect.js";
import { pool } from "../common/pool.js";
import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import { mistakes } from "../drills/drill-result.js";
import { runInRealTime } from "../drills/run-real-time.js";
import { terraformSettings } from "../drills/service-settings.js";
import { speeds } from "../http/http-environment.js";
import { target } from "../scenario/fixture.js";

/** Quick drills: of the image, the start, the service and other users. */
const names = ["corrupt-layer", "exits-at-once", "succeeds", "user-stops-deployment"];

/** Delays the tasks' start, so that interventions come before the rollout's end on a slow machine too. */
function drillNamed(name: string): Drill {
  const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
  const { scenario } = drill;
  if (!scenario.interventions) return drill;
  return { ...drill, scenario: { ...scenario, release: { ...scenario.release, tasks: [{ start: 36_000_000 }] } } };
}

test("drills end the same with real containers and a real load balancer as in virtual time", async () => {
  const runtime = await connectRuntime();
  const chosen = names.map(drillNamed);
  const settings = { desiredCount: 1, ...terraformSettings };
  const options = { speed: speeds.rehearsal, runtime };
  const played = await pool(chosen, 4, (drill) => runInRealTime(drill, settings, target, options));
  for (const one of played) assert.deepEqual(mistakes(one), [], one.drill.name);
});

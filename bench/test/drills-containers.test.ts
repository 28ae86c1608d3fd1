import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, object } from "../../infra/local/aws/index.js";
import { connectRuntime } from "../../infra/local/containers/connect.js";
import { pool } from "../common/pool.js";
import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import { mistakes } from "../drills/drill-result.js";
import { runInRealTime } from "../drills/run-real-time.js";
import { terraformSettings } from "../drills/service-settings.js";
import { speeds } from "../http/http-environment.js";
import { target } from "../scenario/fixture.js";

/** Quick drills: of the image, the start, the service, other users, and each way in which traffic shifts. */
const names = [
  "corrupt-layer",
  "exits-at-once",
  "succeeds",
  "user-stops-deployment",
  "canary-succeeds",
  "blue-green-gate-continues",
  "canary-crashes-before-the-test-shift",
];

function shortened({ canaryConfiguration, ...strategy }: JsonObject): JsonObject {
  const canary = canaryConfiguration && { ...object(canaryConfiguration), canaryBakeTimeInMinutes: 1 };
  return { ...strategy, bakeTimeInMinutes: 0, ...(canary && { canaryConfiguration: canary }) };
}

/** Delays the tasks' start, so that interventions come before the rollout's end on a slow machine too. */
function drillNamed(name: string): Drill {
  const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
  const { scenario } = drill;
  const { strategy } = scenario.service ?? {};
  // The bake times only make it longer.
  if (strategy)
    return { ...drill, scenario: { ...scenario, service: { ...scenario.service, strategy: shortened(strategy) } } };
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

import assert from "node:assert/strict";
import { test } from "node:test";
import { pool } from "../common/pool.js";
import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import { mistakes } from "../drills/drill-result.js";
import { runInRealTime } from "../drills/run-real-time.js";
import { terraformSettings } from "../drills/service-settings.js";
import { speeds } from "../http/http-environment.js";
import { target } from "../scenario/fixture.js";

const names = [
  "succeeds",
  "exits-at-once",
  "concurrent-deploy",
  "update-answer-lost",
  "credentials-expire",
  "blue-green-hook-rejects",
  "canary-crashes-before-the-test-shift",
];

/** Delays the tasks' start, so that interventions come before the rollout's end on a slow machine too, unless they wait for a stage. */
function drillNamed(name: string): Drill {
  const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
  const { scenario } = drill;
  if (!scenario.interventions?.some(({ from = "update" }) => from === "update")) return drill;
  return { ...drill, scenario: { ...scenario, release: { ...scenario.release, tasks: [{ start: 36_000_000 }] } } };
}

test("drills end the same with a process, real HTTP and the published SDK as in virtual time", async () => {
  const chosen = names.map(drillNamed);
  const settings = { desiredCount: 1, ...terraformSettings };
  const played = await pool(chosen, 3, (drill) => runInRealTime(drill, settings, target, { speed: speeds.rehearsal }));
  for (const one of played) assert.deepEqual(mistakes(one), [], one.drill.name);
});

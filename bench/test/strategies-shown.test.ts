import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHistory } from "../../ci/lib/report/history-text.js";
import { formatStatus } from "../../ci/lib/report/status-text.js";
import { readHistory } from "../../ci/lib/rollout/history/read-history.js";
import { readStatus } from "../../ci/lib/rollout/status.js";
import { pause, strategies } from "./shift-scenario.js";
import { shiftScene } from "./shift-scene.js";

test("status and history show the strategy, and the stage, weights and hooks of a deployment in flight", async () => {
  const lifecycleHooks = [pause("POST_TEST_TRAFFIC_SHIFT")];
  const scene = await shiftScene({ deploymentConfiguration: { ...strategies.CANARY, lifecycleHooks } });
  const { session } = scene;
  const read = async () => formatStatus(await readStatus(session.aws, session.target));
  const resting = await read();
  assert.match(resting, /^strategy {4}CANARY \(10 % first, the rest 4 min later, 5 min of bake time\)$/m);
  assert.doesNotMatch(resting, /^rollout/m);
  await scene.begin("v2.0.0");
  scene.clock.advance(180_000);
  const held = "IN_PROGRESS, POST_TEST_TRAFFIC_SHIFT, production 0 %, test 100 %, waits for ecs-pause-";
  assert.match(await read(), new RegExp(`^rollout {5}${held}`, "m"));
  const history = formatHistory(await readHistory(session, 10));
  assert.match(history.split("\n")[1] ?? "", /unfinished {2}CANARY /);
  const [hook] = await scene.waiting();
  assert.match(history.split("\n")[2] ?? "", new RegExp(`^  now: ${held.slice(0, -"ecs-pause-".length)}${hook}$`));
  assert.match(await read(), /^next {8}`continue` lets it go on, and `abort` rolls it back\.$/m);
  assert.match(history, /ended as +strategy/);
});

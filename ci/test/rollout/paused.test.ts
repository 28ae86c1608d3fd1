import assert from "node:assert/strict";
import { test } from "node:test";
import { pausedStep } from "../../lib/rollout/next-step.js";
import { scene } from "../support/rollout-scene.js";
import type { Story } from "../support/scripted-ecs.js";

const waits: Story = [
  [
    10,
    ({ serviceDeployments: [ours] }) => {
      const hook = { targetType: "PAUSE", status: "AWAITING_ACTION", timeoutAction: "ROLLBACK" };
      Object.assign(ours ?? {}, { lifecycleHookDetails: [{ hookId: "ecs-pause-1a2b", ...hook }] });
    },
  ],
];

test("the verdict paused names the commands to type, with the target's name", async (t) => {
  const { roll } = await scene(t, waits);
  const report = await roll({ call: async () => "dagger call slipway --target staging" });
  assert.equal(report.verdict, "paused");
  assert.equal(report.exitCode, 10);
  const call = "dagger call slipway --target staging";
  const next = `To go on: \`${call} continue --hook ecs-pause-1a2b\`. To go back: \`${call} abort --hook ecs-pause-1a2b\`.`;
  assert.ok(report.next?.startsWith(next), report.next);
  assert.match(String(report.next), /Run the same command again/);
});

test("every hook that waits has to be continued, and one that rolls back decides", () => {
  const step = pausedStep([{ hookId: "ecs-pause-1" }, { hookId: "ecs-pause-2" }]);
  assert.match(
    String(step),
    /continue --hook ecs-pause-1`, and `dagger call continue --hook ecs-pause-2`\. To go back/,
  );
  assert.match(String(step), /abort --hook ecs-pause-1`\. Then/);
});

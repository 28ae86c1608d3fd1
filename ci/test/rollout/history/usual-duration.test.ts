import assert from "node:assert/strict";
import { test } from "node:test";
import { usualDuration } from "../../../lib/rollout/history/usual-duration.js";
import { usualText } from "../../../lib/rollout/progress-event.js";
import { serviceDeployment } from "../../support/snapshots.js";

const canary = { strategy: "CANARY", weights: [10, 100], stepSeconds: 240, bakeSeconds: 300 };
const took = (seconds: number, more: object = {}) =>
  serviceDeployment("SUCCESSFUL", { createdAt: 0, finishedAt: seconds * 1_000, sources: ["arn:sr1"], ...more });

test("the usual duration is the median of the successful deployments of the same strategy, steps and waits", () => {
  const deployments = [
    took(100),
    took(190),
    took(5_000),
    took(900, { shift: canary }),
    took(2, { status: "ROLLBACK_SUCCESSFUL" }),
    took(3, { sources: [] }),
  ];
  assert.deepEqual(usualDuration(deployments, undefined), {
    type: "usual",
    strategy: "ROLLING",
    seconds: 190,
    deployments: 3,
  });
  assert.equal(usualDuration([...deployments, took(901, { shift: canary })], canary), undefined, "two are not usual");
  const shifted = [1, 2, 3].map((seconds) => took(seconds, { shift: canary }));
  assert.equal(usualDuration(shifted, canary)?.strategy, "CANARY");
  assert.equal(usualDuration(shifted, { ...canary, bakeSeconds: 600 }), undefined, "another bake time is another plan");
});

for (const [seconds, text] of [
  [3, "10 s"],
  [54, "50 s"],
  [188, "3 min 10 s"],
  [239, "4 min"],
  [599, "10 min"],
  [1_530, "26 min"],
] as const)
  test(`${seconds} s are shown as ${text}`, () => assert.equal(usualText(seconds), text));

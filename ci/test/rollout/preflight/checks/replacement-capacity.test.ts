import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { roomToReplace } from "../../../../lib/rollout/preflight/checks/deployment-configuration.js";
import { facts, inShort } from "../../../support/facts.js";

const limited = (
  desiredCount: number,
  minimumHealthyPercent: number,
  maximumPercent: number,
  more: DeploymentConfiguration = {},
) =>
  inShort(
    roomToReplace(
      facts({ desiredCount, service: { deploymentConfiguration: { minimumHealthyPercent, maximumPercent, ...more } } }),
    ),
  );

const cases = [
  [1, 100, 100, false],
  [1, 100, 199, false],
  [1, 50, 100, false],
  [1, 0, 100, true],
  [1, 100, 200, true],
  [2, 50, 100, true],
  [4, 100, 124, false],
  [4, 100, 125, true],
  [4, 76, 100, false],
  [4, 75, 100, true],
  [0, 100, 100, true],
] as const;
for (const [count, minimum, maximum, isFine] of cases) {
  test(`a desired count of ${count} with ${minimum}/${maximum} percent ${isFine ? "lets a task be replaced" : "blocks"}`, () => {
    assert.deepEqual(limited(count, minimum, maximum), isFine ? [] : ["error no-room-to-replace"]);
  });
}

test("absent limits default to ECS's own, which leave room", () => {
  assert.deepEqual(roomToReplace(facts({ service: {} })), []);
  const found = (deploymentConfiguration: DeploymentConfiguration) =>
    inShort(roomToReplace(facts({ service: { deploymentConfiguration } })));
  assert.deepEqual(found({ maximumPercent: 100 }), ["error no-room-to-replace"]);
  assert.deepEqual(found({ minimumHealthyPercent: 100 }), []);
});

test("a blue/green deployment starts a second task set regardless of the limits", () => {
  assert.deepEqual(limited(1, 100, 100, { strategy: "BLUE_GREEN" }), []);
});

test("where no task runs, a new task always has room", () => {
  const at = (runningCount: number, pendingCount: number) =>
    inShort(
      roomToReplace(
        facts({ service: { runningCount, pendingCount, deploymentConfiguration: { maximumPercent: 100 } } }),
      ),
    );
  assert.deepEqual(at(0, 0), []);
  assert.deepEqual(at(1, 0), ["error no-room-to-replace"]);
  assert.deepEqual(at(0, 1), ["error no-room-to-replace"]);
});

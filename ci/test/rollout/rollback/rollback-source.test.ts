import assert from "node:assert/strict";
import { test } from "node:test";
import { hasFailed } from "../../../lib/rollout/rollback/rollback-source.js";

const deployed = (taskDefinition: string, ...statuses: string[]) =>
  statuses.map((status, n) => ({ arn: `arn:${taskDefinition}/${n}`, status, createdAt: n, taskDefinition }));

test("a revision has failed where ECS has deployed it and no deployment succeeded", () => {
  for (const statuses of [["STOPPED"], ["ROLLBACK_SUCCESSFUL"], ["ROLLBACK_FAILED", "STOPPED"]])
    assert.equal(
      hasFailed([...deployed("a", ...statuses), ...deployed("b", "SUCCESSFUL")], "a"),
      true,
      statuses.join(),
    );
});

test("a revision has not failed where one of its deployments succeeded or continues, or where ECS no longer lists them", () => {
  for (const statuses of [
    ["SUCCESSFUL"],
    ["STOPPED", "SUCCESSFUL"],
    ["STOPPED", "IN_PROGRESS"],
    ["STOPPED", "NEW_STATE"],
    [],
  ])
    assert.equal(hasFailed([...deployed("a", ...statuses), ...deployed("b", "STOPPED")], "a"), false, statuses.join());
});

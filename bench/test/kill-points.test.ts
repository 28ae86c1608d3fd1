import assert from "node:assert/strict";
import { test } from "node:test";
import { pool } from "../common/pool.js";
import { deployWithKill, findKillPoints, type KillPoint } from "../kill/kill-point.js";

test("a deploy that is killed at a change, or loses its response, converges when run again", async () => {
  const all = await findKillPoints();
  // Killed before a change, a deploy leaves AWS as when it is killed after the change before it.
  const changing = all.filter(
    ({ operation, how }) => ["RegisterTaskDefinition", "UpdateService"].includes(operation) && how !== "killed-before",
  );
  const last = all.findLast(({ how }) => how === "killed-after");
  const crossed = await pool([...changing, last as KillPoint], 3, deployWithKill);
  assert.equal(crossed.length, 5);
  for (const { point: boundary, again, problems } of crossed) {
    const where = `${boundary.how} at call ${boundary.call} (${boundary.operation})`;
    assert.equal(again, boundary.how !== "answer-lost", where);
    assert.deepEqual(problems, [], where);
  }
});

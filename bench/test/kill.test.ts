import assert from "node:assert/strict";
import { test } from "node:test";
import { type Boundary, cross, findBoundaries } from "../kill/boundary.js";
import { pool } from "../pool.js";

test("a deploy whose process is killed where it changes something, or loses that answer, converges when run again", async () => {
  const all = await findBoundaries();
  const changing = all.filter(({ operation }) => ["RegisterTaskDefinition", "UpdateService"].includes(operation));
  const last = all.findLast(({ how }) => how === "killed-after");
  const crossed = await pool([...changing, last as Boundary], 3, cross);
  assert.equal(crossed.length, 7);
  for (const { boundary, again, problems } of crossed) {
    const where = `${boundary.how} at call ${boundary.call} (${boundary.operation})`;
    assert.equal(again, boundary.how !== "answer-lost", where);
    assert.deepEqual(problems, [], where);
  }
});

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findAction } from "../comparison/tools/aws-action.js";

test("AWS's action is compared from a checkout of it, and from nothing else", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "slipway-action-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const refused = /--action .*: a checkout of .*amazon-ecs-deploy-task-definition is accepted, and this is none/;
  await assert.rejects(findAction(directory), refused);
  await writeFile(join(directory, "package.json"), JSON.stringify({ name: "slipway", version: "0.1.0" }));
  await assert.rejects(findAction(directory), refused);
  const manifest = { name: "aws-actions-amazon-ecs-deploy-task-definition", version: "2.6.3" };
  await writeFile(join(directory, "package.json"), JSON.stringify(manifest));
  assert.deepEqual(await findAction(directory), { directory, version: "2.6.3" });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { brokenProgram } from "../broken-image.js";

test("a broken release needs nothing of its image: it writes a line and ends with exit code 1", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "slipway-broken-"));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, "broken");
  await writeFile(path, brokenProgram(process.arch === "x64" ? "amd64" : process.arch));
  await chmod(path, 0o755);
  const { status, stderr, stdout } = spawnSync(path);
  assert.deepEqual([status, stderr.toString(), stdout.toString()], [1, "this release ends as soon as it starts\n", ""]);
});

test("each architecture has a program of its own, and one without is refused by its name", () => {
  assert.notDeepEqual(brokenProgram("amd64"), brokenProgram("arm64"));
  assert.throws(() => brokenProgram("riscv64"), /this image is for riscv64/);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { takeLock } from "../lock.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-lock-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("a second rehearsal at the same time is refused with the process that holds the lock", async () => {
  const lock = await takeLock(directory);
  await assert.rejects(takeLock(directory), new RegExp(`process ${process.pid}`));
  await lock.release();
});

test("a rehearsal can start as soon as the one before has ended", async () => {
  await (await takeLock(directory)).release();
  await (await takeLock(directory)).release();
});

test("the lock of a process that has ended is taken over", async () => {
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  await writeFile(join(directory, "rehearsal.lock"), String(gone));
  await (await takeLock(directory)).release();
});

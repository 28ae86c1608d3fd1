import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../test/local-aws.js";
import { openBlobs } from "../blobs.js";
import { createUploads } from "../uploads.js";

test("an upload that is idle for a day is deleted", async (t) => {
  const directory = await temporaryDirectory(t);
  let now = 0;
  const uploads = createUploads(openBlobs(directory), () => now);
  const [abandoned, alive] = [await uploads.begin("app"), await uploads.begin("app")];
  for (const upload of [abandoned, alive]) await upload.append([Buffer.from("x")]);
  now = 23 * 3600_000;
  await uploads.alone(alive, () => alive.append([Buffer.from("y")]));
  now = 25 * 3600_000;
  await uploads.begin("app");
  assert.equal(uploads.find("app", abandoned.id), undefined);
  assert.equal(uploads.find("app", alive.id), alive);
  assert.deepEqual(await readdir(join(directory, "uploads")), [alive.id]);
});

test("uploads that a killed process has left are thrown away at the next start", async (t) => {
  const directory = await temporaryDirectory(t);
  await openBlobs(directory)
    .begin()
    .append([Buffer.from("half")]);
  openBlobs(directory);
  assert.deepEqual(await readdir(join(directory, "uploads")), []);
});

import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findEcspresso } from "../comparison/tools/ecspresso.js";

test("ecspresso is compared from its own program, and from nothing else", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "slipway-ecspresso-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, "ecspresso");
  const refused = /--ecspresso .*: the program of ecspresso 2 is accepted .*, and this is none/;
  await assert.rejects(findEcspresso(file), refused);
  await writeFile(file, '#!/bin/sh\necho "ecspresso v1.7.15"\n');
  await chmod(file, 0o755);
  await assert.rejects(findEcspresso(file), refused);
  await writeFile(file, '#!/bin/sh\n[ "$1" = version ] && echo "ecspresso v2.6.0"\n');
  assert.deepEqual(await findEcspresso(file), { file, version: "ecspresso v2.6.0" });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../files.js";

test("every file is imported or run, and every export is imported", () => {
  const knip = join(root, "node_modules/knip/bin/knip.js");
  const args = ["--config", "infra/rules/knip.json", "--no-progress", "--no-config-hints", "--reporter", "compact"];
  const include = ["--include", "files,exports,types,duplicates"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [knip, ...args, ...include], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, `Remove the export, or the code:\n${stdout}${stderr}`);
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import baseline from "../baseline.json" with { type: "json" };
import { root } from "../files.js";

test("every file is imported or run, and every export is imported", async () => {
  const args = ["--config", "infra/rules/knip.json", "--no-progress", "--no-config-hints"];
  const include = ["--include", "files,exports,types,duplicates"];
  const knip = join(root, "node_modules/knip/bin/knip.js");
  const report = await promisify(execFile)(process.execPath, [knip, ...args, ...include, "--reporter", "compact"], {
    cwd: root,
  }).then(
    () => "",
    (error: { code: unknown; stdout: string; stderr: string }) => {
      // Exit code 1: there are findings; https://knip.dev/reference/cli
      assert.equal(error.code, 1, error.stderr);
      return error.stdout;
    },
  );
  const found = report.split("\n").filter((line) => /^\S+\.\w+/.test(line));
  assert.ok(found.length <= baseline.deadCode, `Remove the export, or the code:\n${report}`);
});

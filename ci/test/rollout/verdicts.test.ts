import assert from "node:assert/strict";
import { test } from "node:test";
import { postDeployFailed, verdicts } from "../../lib/rollout/verdicts.js";
import { readPages } from "../../scripts/verdicts.js";

for (const { file, is, mustBe } of await readPages()) {
  test(`${file} has the deployer's table of verdicts: npm run verdicts writes it`, () => assert.equal(is, mustBe));
}

test("every bad verdict has an exit code of its own, none of them 1 or 2", () => {
  const bad = Object.entries(verdicts).filter(
    ([verdict]) => !["deployed", "deployed-early", "shifted"].includes(verdict),
  );
  assert.equal(new Set(bad.map(([, { exitCode }]) => exitCode)).size, bad.length);
  assert.ok(bad.every(([, { exitCode }]) => exitCode > 2 && exitCode !== postDeployFailed.exitCode));
});

test("the help of deploy fits on a terminal of 80 columns", async () => {
  const [, help = ""] = /the exit code is:\n([^@]*)/.exec((await readPages()).at(-1)?.is ?? "") ?? [];
  assert.deepEqual(
    help.split("\n").filter((line) => line.replace(/^ {3}\* ?/, "").length > 80),
    [],
  );
  assert.match(help, /^ {3}\* {4}3 {2}rolled-back: /m);
});

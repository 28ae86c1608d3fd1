import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnoseResponse } from "../../../lib/rollout/diagnose/wrong-version.js";

const url = "https://app.example.com/version";
const answers: [cause: string, answered: string, proven: boolean][] = [
  ["wrong-version-served", "v1.0.0", true],
  ["wrong-version-served", "/healthz: another value at /db of the JSON body", true],
  ["errors-served", "HTTP 500", true],
  ["errors-served", "/healthz: HTTP 503 instead of 200", true],
  ["mixed-answers", "v2.0.0 only on some tries: other answers come too", false],
  ["mixed-answers", "HTTP 502", false],
];
for (const [cause, answered, proven] of answers) {
  test(`${answered}${proven ? "" : ", now and then,"} is diagnosed as ${cause}`, () => {
    const diagnosis = diagnoseResponse({ state: "wrong", url, answered, proven });
    assert.equal(diagnosis.cause, cause);
    assert.deepEqual(diagnosis.evidence, [`${url} answered ${answered}`]);
  });
}

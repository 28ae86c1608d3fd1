import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTable } from "../step-table.js";

test("the closing table shows each step with its time, and what requests got where they were kept coming", () => {
  const load = { versions: new Map([["v1.0.0", 12]]), ok: 12, failed: 1, failures: ["HTTP 503: "], answers: [] };
  const text = formatTable([
    { name: "test", seconds: 1.26, outcome: "ok" },
    { name: "deploy v1.1.0", seconds: 10, outcome: "ok", load },
  ]);
  assert.deepEqual(text.split("\n"), [
    "step           time    outcome  versions served  requests",
    "test           1.3 s   ok",
    "deploy v1.1.0  10.0 s  ok       v1.0.0 ×12       12 ok, 1 failed",
  ]);
});

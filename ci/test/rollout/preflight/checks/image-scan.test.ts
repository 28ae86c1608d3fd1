import assert from "node:assert/strict";
import { test } from "node:test";
import { scan } from "../../../../lib/rollout/preflight/checks/image-scan.js";
import type { Severity } from "../../../../lib/rollout/preflight/scan-severity.js";
import { facts, inShort } from "../../../support/facts.js";

const found = (counts: Record<string, number>, scanSeverity: Severity) =>
  scan(facts({ scan: { value: counts }, scanSeverity }));

test("findings at or above the chosen severity are an error that counts them", () => {
  const [finding] = found({ CRITICAL: 1, HIGH: 12, LOW: 3 }, "HIGH");
  assert.equal(finding?.level, "error");
  assert.match(String(finding?.what), /has found 1 CRITICAL, 12 HIGH\./);
});

test("findings below the chosen severity are fine", () => {
  assert.deepEqual(found({ HIGH: 12 }, "CRITICAL"), []);
  assert.deepEqual(found({}, "UNDEFINED"), []);
});

test("a scan that has not ended, or may not be read, is not checked, never fine", () => {
  const findings = scan(facts({ scan: { unknown: "Error: the scan is IN_PROGRESS" } }));
  assert.deepEqual(inShort(findings), ["not-checked scan-findings"]);
  assert.match(String(findings[0]?.what), /the scan is IN_PROGRESS/);
});

test("a repository that does not scan on push needs no check", () => {
  const { scan: _, ...rest } = facts();
  assert.deepEqual(scan(rest), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DrillResult } from "../drills/drill-result.js";
import { formatSum } from "../drills/drill-table.js";

const played = (name: string, delay?: number, state: DrillResult["state"] = "deployed"): DrillResult => ({
  drill: { name, description: "", scenario: {}, ends: { verdict: "deployed" } },
  ...{ state, rolledBack: false, reported: { verdict: "deployed", reason: "" } },
  ...{ took: 1, calls: 1, ...(delay !== undefined && { delay }) },
});

test("the sum counts the right verdicts and names the slowest", () => {
  const all = [played("slow", 62), played("wrong", 2, "failed"), played("fast", 0.4), played("never")];
  assert.equal(
    formatSum(all),
    "3 of 4 right. From the truth to the verdict, where it could be seen: median 2.0 s, p95 2.0 s, last 62.0 s (slow).",
  );
  assert.equal(formatSum([played("never")]), "1 of 1 right.");
});

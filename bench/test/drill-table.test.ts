import assert from "node:assert/strict";
import { test } from "node:test";
import type { DrillResult } from "../drills/drill-result.js";
import { formatDrills, formatSum } from "../drills/drill-table.js";

const played = (name: string, delay?: number, state: DrillResult["state"] = "deployed"): DrillResult => ({
  drill: { name, description: "", scenario: {}, ends: { verdict: "deployed" } },
  ...{ state, rolledBack: false, reported: { verdict: "deployed", reason: "" } },
  ...{ took: 1, calls: 1, ...(delay !== undefined && { delay }) },
});

test("the sum counts the right verdicts and names the slowest", () => {
  const all = [played("slow", 62), played("wrong", 2, "failed"), played("fast", 0.4), played("never")];
  assert.equal(
    formatSum(all),
    "3 of 4 right. From the truth to the verdict, where it could be seen: endings: median 2.0 s, p95 2.0 s, last 62.0 s (slow).",
  );
  assert.equal(formatSum([played("never")]), "1 of 1 right.");
});

test("interventions and drills without an answer of AWS are summed apart, and a drill's phases are one row", () => {
  const stopped: DrillResult = { ...played("stop", 9), state: "stopped", reported: { verdict: "stopped", reason: "" } };
  const silent = played("silent", 30);
  silent.drill.scenario.aws = { faults: [{ kind: "silent" }] };
  const all = [played("fast", 1), played("fast", 3), silent, stopped];
  assert.match(
    formatSum(all),
    /endings: median 3\.0 s, p95 3\.0 s, last 30\.0 s \(silent\); endings while AWS answers: median 1\.0 s, p95 1\.0 s, last 3\.0 s \(fast\); interventions: median 9\.0 s, p95 9\.0 s, last 9\.0 s \(stop\)\.$/,
  );
  const rows = formatDrills(all).split("\n").slice(2);
  assert.deepEqual(
    rows.map((row) => row.split(" | ").slice(0, 4).join(" ")),
    ["| fast deployed deployed 3.0", "| silent deployed deployed 30.0", "| stop stopped **wrong:** stopped 9.0"],
  );
});

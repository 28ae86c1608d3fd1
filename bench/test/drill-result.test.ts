import assert from "node:assert/strict";
import { test } from "node:test";
import { type DrillResult, mistakes } from "../drills/drill-result.js";

const played = (verdict: "deployed" | "rolled-back", served: string[]): DrillResult => ({
  drill: { name: "d", description: "", scenario: {}, ends: { verdict } },
  ...{ state: verdict, rolledBack: false, reported: { verdict, reason: "" } },
  ...{ took: 1, calls: 1, served, release: "v2.0.0" },
});

test("a verdict that the HTTP responses disprove is wrong", () => {
  assert.deepEqual(mistakes(played("deployed", ["v2.0.0"])), []);
  assert.match(mistakes(played("deployed", ["v1.0.0", "v2.0.0"])).join(), /served is v1\.0\.0, v2\.0\.0/);
  assert.match(mistakes(played("deployed", ["HTTP 503"])).join(), /served is HTTP 503/);
  assert.deepEqual(mistakes(played("rolled-back", ["v1.0.0"])), []);
  assert.match(mistakes(played("rolled-back", ["v2.0.0"])).join(), /served is v2\.0\.0/);
});

test("failed requests during the rollout must be reported where they occur, and only there", () => {
  const mistakesOf = (dropsRequests: boolean, requests: number, failed: number) => {
    const one = played("deployed", ["v2.0.0"]);
    const during = { url: "http://app.example.com/version", requests, failed, failures: [] };
    return mistakes({ ...one, drill: { ...one.drill, dropsRequests }, reported: { ...one.reported, during } }).join();
  };
  assert.equal(mistakesOf(true, 3, 1), "");
  assert.equal(mistakesOf(false, 3, 0), "");
  assert.match(mistakesOf(true, 3, 0), /none of its 3 requests met a failure/);
  assert.match(mistakesOf(false, 3, 1), /1 of its 3 requests failed/);
  assert.match(mistakesOf(false, 0, 0), /sent no request/);
});

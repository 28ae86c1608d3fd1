import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakes, type Played } from "../drills/played.js";

const played = (verdict: "deployed" | "rolled-back", served: string[]): Played => ({
  drill: { name: "d", description: "", scenario: {}, ends: { verdict } },
  ...{ state: verdict, tookBack: false, said: { verdict, reason: "" } },
  ...{ took: 1, calls: 1, served, release: "v2.0.0" },
});

test("a verdict that what is served over HTTP speaks against is wrong", () => {
  assert.deepEqual(mistakes(played("deployed", ["v2.0.0"])), []);
  assert.match(mistakes(played("deployed", ["v1.0.0", "v2.0.0"])).join(), /served is v1\.0\.0, v2\.0\.0/);
  assert.match(mistakes(played("deployed", ["HTTP 503"])).join(), /served is HTTP 503/);
  assert.deepEqual(mistakes(played("rolled-back", ["v1.0.0"])), []);
  assert.match(mistakes(played("rolled-back", ["v2.0.0"])).join(), /served is v2\.0\.0/);
});

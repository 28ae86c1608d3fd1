import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "../src/page.js";

test("the page shows the version", () => {
  assert.match(page("v1.2.3"), /Version v1\.2\.3/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../drills/options.js";

test("a time in which no drill can be played is refused", () => {
  assert.throws(() => readOptions(["--time", "containers"]), /--time containers: accepted are virtual, real\./);
  assert.equal(readOptions(["--time", "real"]).time, "real");
});

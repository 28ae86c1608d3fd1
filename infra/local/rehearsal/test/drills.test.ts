import assert from "node:assert/strict";
import { test } from "node:test";
import { drillArgs } from "../drills.js";
import { parseOptions } from "../options.js";

test("the drills are those that were named, with containers, on the target that was named", () => {
  const options = parseOptions(["--drills", "--name", "exits", "--name", "goes-well", "--target", "staging"]);
  assert.deepEqual(drillArgs(options), [
    ...["drill", "--time", "containers", "--target", "staging"],
    ...["--name", "exits", "--name", "goes-well"],
  ]);
});

test("all drills are played on the production target unless something else is said", () => {
  assert.deepEqual(drillArgs(parseOptions(["--drills"])), ["drill", "--time", "containers", "--target", "production"]);
});

test("which drills is refused where none are asked for", () => {
  for (const args of [
    ["--name", "exits"],
    ["--target", "staging"],
  ])
    assert.throws(() => parseOptions(args), /accepted with --drills/);
});

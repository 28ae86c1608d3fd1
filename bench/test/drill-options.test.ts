import assert from "node:assert/strict";
import { test } from "node:test";
import { help, readOptions } from "../drills/options.js";

test("drills are played in virtual time unless another time is asked for", () => {
  assert.equal(readOptions([]).time, "virtual");
  for (const time of ["virtual", "real", "containers"]) assert.equal(readOptions(["--time", time]).time, time);
});

test("a time in which no drill can be played is refused", () => {
  const refusal = /--time moon: accepted are virtual, real, containers\./;
  assert.throws(() => readOptions(["--time", "moon"]), refusal);
});

test("fewer drills at the same time are played with containers than with simulated tasks", () => {
  assert.equal(readOptions(["--time", "real"]).jobs, 8);
  assert.equal(readOptions(["--time", "containers"]).jobs, 3);
  assert.equal(readOptions(["--time", "containers", "--jobs", "1"]).jobs, 1);
});

test("the help tells of each time", () => {
  for (const time of ["virtual", "real", "containers"]) assert.match(help, new RegExp(`^ +(--time )?${time} `, "m"));
});

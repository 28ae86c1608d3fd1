import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfLiving } from "../machine.js";

test("a process is known by its name, blanks and parentheses included", () => {
  assert.equal(nameOfLiving("4608 (dockerd) S 1 4608 4608 0 -1"), "dockerd");
  assert.equal(nameOfLiving("77 (a (b) c) R 2 0 0"), "a (b) c");
});

test("a process that has ended and was never waited for does not count", () => {
  assert.equal(nameOfLiving("4608 (dockerd) Z 1 4608 4608 0 -1"), undefined);
});

test("a process that exits before its state is read does not count", () => {
  assert.equal(nameOfLiving(""), undefined);
});

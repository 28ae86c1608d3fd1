import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recipe } from "../src/recipe.js";
import { checkedRecipe } from "../src/recipe.js";

const digest = `sha256:${"0a".repeat(32)}`;

function check(parts: Partial<Recipe>) {
  return checkedRecipe({ baseImage: "python:3.13-slim", ...parts } as Recipe);
}

for (const baseImage of ["python", "python:3.13-slim", `python@${digest}`, `localhost:5000/a/b:1.2_3@${digest}`]) {
  test(`${baseImage} is accepted as a base image`, () => assert.equal(check({ baseImage }).baseImage, baseImage));
}

for (const baseImage of ["", "python:", "python 3", "--flag", "python@sha256:12", "https://example.com/python"]) {
  test(`${JSON.stringify(baseImage)} is refused as a base image`, () => {
    assert.throws(() => check({ baseImage }), { code: "bad-base-image", exitCode: 2, message: /python:3\.13-slim/ });
  });
}

test("a package index is an http or https URL", () => {
  const packageIndex = "https://mirror.example.com/simple";
  assert.equal(check({ packageIndex }).packageIndex, packageIndex);
  for (const bad of ["", "mirror.example.com", "file:///simple"]) {
    assert.throws(() => check({ packageIndex: bad }), { code: "bad-package-index" });
  }
});

test("a package index with a password is refused without showing it, also where it is no URL", () => {
  for (const packageIndex of [
    "https://me:hunter2@mirror.example.com/simple",
    "me:hunter2@mirror.example.com",
    "https://me:hunter2@mirror example.com",
  ])
    assert.throws(
      () => check({ packageIndex }),
      (error: Error) => /without user name and password/.test(error.message) && !error.message.includes("hunter2"),
    );
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const text = (name: string) => readFileSync(new URL(`../../app/${name}`, import.meta.url), "utf8");

for (const name of ["requirements.txt", "requirements-test.txt", "requirements-uv.txt"]) {
  test(`${name} pins every package by version and hash, and names no address`, () => {
    const entries = text(name)
      .replace(/^#.*\n/gm, "")
      .split(/\n(?=\S)/);
    for (const entry of entries)
      assert.match(entry, /^[\w.-]+==[\w.]+( ; .*)? (\\\n {4}--hash=sha256:[0-9a-f]{64} ?)+\n?$/);
    assert.doesNotMatch(text(name), /:\/\//);
  });
}

test("the app's dependencies are the locked ones", () => {
  const locked = ["requirements.txt", "requirements-test.txt", "requirements-uv.txt"].map(text).join("\n");
  const required = [...text("pyproject.toml").matchAll(/"(\w+)~=([\d.]+)"/g)];
  assert.equal(required.length, 4);
  for (const [, name, version = ""] of required) {
    const release = version.split(".").slice(0, -1).join("\\.");
    assert.match(locked, new RegExp(`^${name}==${release}\\.`, "m"));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { olderVersion } from "../../../../lib/rollout/preflight/checks/release.js";
import { facts, inShort } from "../../../support/facts.js";
import { release } from "../../../support/scripted-ecs.js";

const found = (running: string, next: string, more: Parameters<typeof facts>[0] = {}) =>
  olderVersion(
    facts({ running: { ...facts().running, version: running }, release: { ...release, version: next }, ...more }),
  );

test("a version older than the one that runs is a warning that names both", () => {
  for (const [running, next] of [
    ["v1.10.0", "v1.9.9"],
    ["v1.0.0", "v1.0.0-rc.1"],
    ["v1.0.0-rc.10", "v1.0.0-rc.9"],
  ] as const) {
    const findings = found(running, next);
    assert.deepEqual(inShort(findings), ["warning older-version"]);
    assert.ok(findings[0]?.what.startsWith(`${next} is older than ${running}`));
  }
});

test("the same version, a newer one, and one without an order are fine", () => {
  assert.deepEqual(found("v1.0.0", "v1.0.0"), []);
  assert.deepEqual(found("v1.0.0-rc.1", "v1.0.0"), []);
  assert.deepEqual(found("main-4f1c2ab", "v1.0.0"), []);
  const { version: _, ...unversioned } = facts().running;
  assert.deepEqual(olderVersion(facts({ running: unversioned })), []);
});

test("a rollback goes to an older version on purpose", () => {
  assert.deepEqual(found("v1.10.0", "v1.9.9", { verb: "rollback" }), []);
});

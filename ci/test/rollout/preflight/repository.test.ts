import assert from "node:assert/strict";
import { test } from "node:test";
import { repository } from "../../../src/rollout/preflight/repository.js";
import { facts, inShort } from "../../support/facts.js";
import { target } from "../../support/scripted-ecs.js";

const withTags = (tagMutability: string) =>
  inShort(repository(facts({ repository: { value: { uri: "x", tagMutability, scanOnPush: false } } })));

test("tags that can be moved are a warning", () => {
  assert.deepEqual(withTags("IMMUTABLE"), []);
  assert.deepEqual(withTags("IMMUTABLE_WITH_EXCLUSION"), []);
  assert.deepEqual(withTags("MUTABLE"), ["warning mutable-tags"]);
  assert.deepEqual(withTags("MUTABLE_WITH_EXCLUSION"), ["warning mutable-tags"]);
});

test("a repository that may not be read is not checked, never fine", () => {
  assert.deepEqual(inShort(repository(facts({ repository: { unknown: "no" } }))), ["not-checked mutable-tags"]);
});

test("whether tasks may pull from another account's registry is not checked, and says so", () => {
  const other = { ...target, registry: { account: "210987654321" } };
  assert.deepEqual(inShort(repository(facts({ target: other }))), ["not-checked foreign-registry"]);
  assert.deepEqual(repository(facts({ target: { ...target, registry: { account: target.account } } })), []);
});

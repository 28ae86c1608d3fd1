import assert from "node:assert/strict";
import { test } from "node:test";
import { repository } from "../../../../lib/rollout/preflight/checks/repository.js";
import type { PreflightFacts } from "../../../../lib/rollout/preflight/topics.js";
import { facts, inShort } from "../../../support/facts.js";
import { newDigest, oldDigest, release, target } from "../../../support/scripted-ecs.js";

const withTags = (tagMutability: string, ...exclusions: string[]) =>
  inShort(repository(facts({ repository: { value: { uri: "x", tagMutability, exclusions, scanOnPush: false } } })));

test("mutable tags are a warning", () => {
  assert.deepEqual(withTags("IMMUTABLE"), []);
  assert.deepEqual(withTags("MUTABLE"), ["warning mutable-tags"]);
});

test("mutable tags do not matter for an image without a tag of the version's name", () => {
  const settings = { uri: "x", tagMutability: "MUTABLE", exclusions: [], scanOnPush: false };
  const tagged = (...tags: string[]) =>
    inShort(repository(facts({ repository: { value: settings }, image: { value: { tags, status: "ACTIVE" } } })));
  assert.deepEqual(tagged("stable", release.version), ["warning mutable-tags"]);
  assert.deepEqual(tagged("stable"), []);
});

test("tags that are excluded from the immutability rule are judged the other way round", () => {
  assert.deepEqual(withTags("IMMUTABLE_WITH_EXCLUSION", "latest", "dev-*"), []);
  assert.deepEqual(withTags("IMMUTABLE_WITH_EXCLUSION", "latest", "v*"), ["warning mutable-tags"]);
  assert.deepEqual(withTags("MUTABLE_WITH_EXCLUSION", "v1.*.0"), []);
  assert.deepEqual(withTags("MUTABLE_WITH_EXCLUSION", "v1", "v1?1*"), ["warning mutable-tags"]);
});

test("a repository that may not be read is not checked, never fine", () => {
  assert.deepEqual(inShort(repository(facts({ repository: { unknown: "no" } }))), ["not-checked mutable-tags"]);
});

const foreign = { ...target, registry: { account: "210987654321" } };
const ofForeign = (more: Partial<PreflightFacts> = {}) => {
  const image = `210987654321.dkr.ecr.us-west-2.amazonaws.com/app@${newDigest}`;
  return inShort(repository(facts({ target: foreign, release: { ...release, image }, ...more })));
};

test("the permission to pull from another account's registry is reported as not checked", () => {
  assert.deepEqual(ofForeign(), ["not-checked foreign-registry"]);
  const ours = { ...target, registry: { account: target.account } };
  assert.deepEqual(ofForeign({ target: ours }), []);
});

test("an image in another account's registry is not checked, regardless of the target's registry", () => {
  const place = { registryId: "210987654321", repositoryName: "app" };
  assert.deepEqual(ofForeign({ target, place }), ["not-checked foreign-registry"]);
});

test("tasks may pull from another account's repository when the running tasks were pulled from it", () => {
  const from = (image: string) => ({
    running: { taskDefinition: "x", image: `210987654321.dkr.ecr.us-west-2.amazonaws.com/${image}` },
  });
  assert.deepEqual(ofForeign(from(`app@${oldDigest}`)), []);
  assert.deepEqual(ofForeign(from("app:v1.0.0")), []);
  assert.deepEqual(ofForeign(from(`other@${oldDigest}`)), ["not-checked foreign-registry"]);
  for (const hasCompleted of [{ value: false }, { unknown: "no" }]) {
    assert.deepEqual(ofForeign({ ...from(`app@${oldDigest}`), hasCompleted }), ["not-checked foreign-registry"]);
  }
});

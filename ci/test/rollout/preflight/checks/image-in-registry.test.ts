import assert from "node:assert/strict";
import { test } from "node:test";
import { imageInRegistry } from "../../../../lib/rollout/preflight/checks/images.js";
import { facts, inShort } from "../../../support/facts.js";

const found = (image: Parameters<typeof facts>[0] & object) => inShort(imageInRegistry(facts(image)));

test("an image that is in ECR and ACTIVE is fine", () => {
  assert.deepEqual(imageInRegistry(facts()), []);
});

test("a digest that ECR does not have is an error", () => {
  assert.deepEqual(found({ image: { value: undefined } }), ["error image-missing"]);
});

for (const status of ["ARCHIVED", "ACTIVATING"]) {
  test(`an image that is ${status} is an error that names its state`, () => {
    const [finding] = imageInRegistry(facts({ image: { value: { tags: [], status } } }));
    assert.equal(finding?.id, "image-inactive");
    assert.match(String(finding?.what), new RegExp(`is ${status} in ECR`));
  });
}

test("an image that may not be read is not checked, never fine", () => {
  assert.deepEqual(found({ image: { unknown: "ecr:DescribeImages is not permitted" } }), ["not-checked image-missing"]);
});

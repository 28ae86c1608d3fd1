import assert from "node:assert/strict";
import { test } from "node:test";
import { otherPlace } from "../../../../lib/rollout/preflight/checks/service.js";
import { facts, inShort } from "../../../support/facts.js";

test("a service in the target's account and region is fine", () => {
  assert.deepEqual(otherPlace(facts()), []);
});

for (const where of ["us-west-2:210987654321", "eu-west-1:123456789012"]) {
  test(`a service in ${where} is not the target's service`, () => {
    const [finding] = otherPlace(facts({ service: { serviceArn: `arn:aws:ecs:${where}:service/c/s` } }));
    assert.deepEqual(inShort(finding ? [finding] : []), ["error other-place"]);
    assert.match(String(finding?.what), new RegExp(where.replace(":", ", account ")));
  });
}

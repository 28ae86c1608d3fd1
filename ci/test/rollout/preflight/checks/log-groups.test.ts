import assert from "node:assert/strict";
import { test } from "node:test";
import { logGroups } from "../../../../lib/rollout/preflight/checks/log-groups.js";
import { facts, inShort } from "../../../support/facts.js";

const one = { container: "app", group: "/app", region: "us-west-2" };

test("a log group that exists is fine", () => {
  assert.deepEqual(logGroups(facts()), []);
});

test("a missing log group is an error, with the command that creates it", () => {
  const [finding] = logGroups(facts({ logGroups: [{ ...one, exists: { value: false } }] }));
  assert.equal(finding?.level, "error");
  assert.match(String(finding?.fix), /create-log-group --region us-west-2 --log-group-name \/app/);
});

test("a log group that may not be read is not checked, never fine", () => {
  const findings = logGroups(facts({ logGroups: [{ ...one, exists: { unknown: "no" } }] }));
  assert.deepEqual(inShort(findings), ["not-checked log-group-missing"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, type PolicyStatement } from "../policy.js";

const service = "arn:aws:ecs:us-west-2:123456789012:service/main/api";
const update = { action: "ecs:UpdateService", resource: service };
const allow: PolicyStatement = { Effect: "Allow", Action: "ecs:*", Resource: service };
const allows = (access: Parameters<typeof isAllowed>[1], ...Statement: PolicyStatement[]) =>
  isAllowed({ Statement }, access);

test("without a statement that allows it, an action is denied, and a Deny wins", () => {
  assert.equal(allows(update), false);
  assert.equal(allows(update, allow), true);
  assert.equal(allows(update, allow, { Effect: "Deny", Action: ["ecs:UpdateService"], Resource: "*" }), false);
  assert.equal(allows({ ...update, resource: `${service}2` }, allow), false);
});

test("a pattern's star and question mark stand for characters, and all else for itself", () => {
  const secret = {
    Effect: "Allow",
    Action: "secretsmanager:DescribeSecret",
    Resource: "arn:x:secret:a.b-??????",
  } as const;
  const named = (resource: string) => ({ action: "secretsmanager:DescribeSecret", resource });
  assert.equal(allows(named("arn:x:secret:a.b-AbCdEf"), secret), true);
  assert.equal(allows(named("arn:x:secret:a.b-AbCdE"), secret), false);
  assert.equal(allows(named("arn:x:secret:aab-AbCdEf"), secret), false);
});

test("a condition holds by the request's keys; one that is absent meets ForAllValues alone", () => {
  const with_ = (operator: string, key: string, value: string | string[]): PolicyStatement => ({
    ...allow,
    Condition: { [operator]: { [key]: value } },
  });
  const cluster = with_("ArnEquals", "ecs:cluster", "arn:aws:ecs:us-west-2:123456789012:cluster/main");
  assert.equal(allows(update, cluster), false);
  const context = { "ecs:cluster": ["arn:aws:ecs:us-west-2:123456789012:cluster/main"] };
  assert.equal(allows({ ...update, context }, cluster), true);
  const tags = with_("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]);
  assert.equal(allows(update, tags), true);
  assert.equal(allows({ ...update, context: { "aws:TagKeys": ["a"] } }, tags), true);
  assert.equal(allows({ ...update, context: { "aws:TagKeys": ["a", "c"] } }, tags), false);
  assert.throws(
    () => allows(update, with_("IpAddress", "aws:SourceIp", "10.0.0.0/8")),
    /does not evaluate .* IpAddress/,
  );
});

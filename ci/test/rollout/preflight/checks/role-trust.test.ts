import assert from "node:assert/strict";
import { test } from "node:test";
import { trustsEcs } from "../../../../lib/rollout/preflight/role-trust.js";

const tasks = "ecs-tasks.amazonaws.com";
const place = { account: "123456789012", region: "us-west-2" };
const allow = {
  Effect: "Allow",
  Principal: { Service: "ecs-tasks.amazonaws.com" },
  Action: "sts:AssumeRole",
};
const under = (operator: string, key: string, value: string | string[]) => ({
  ...allow,
  Condition: { [operator]: { [key]: value } },
});
const trust = (...Statement: object[]) =>
  trustsEcs(encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement })), place, tasks);

const yes = { value: true };
const no = { value: false };
const unclear = { unknown: "its trust policy has statements that are not evaluated" };
const { Principal: _, ...withoutPrincipal } = allow;
const { Action: __, ...withoutAction } = allow;

const cases: [what: string, expected: object, ...statements: object[]][] = [
  ["the service alone", yes, allow],
  [
    "the service among others",
    yes,
    { ...allow, Principal: { Service: ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } },
  ],
  ["one action among others", yes, { ...allow, Action: ["sts:TagSession", "sts:AssumeRole"] }],
  ["a pattern of actions", yes, { ...allow, Action: "sts:*" }],
  ["another service", no, { ...allow, Principal: { Service: "ecs.amazonaws.com" } }],
  ["an account", no, { ...allow, Principal: { AWS: "arn:aws:iam::123456789012:root" } }],
  ["another action", no, { ...allow, Action: "sts:TagSession" }],
  ["nothing", no],
  ["all, then denied", no, allow, { ...allow, Effect: "Deny" }],
  ["another statement that does", yes, { ...allow, Principal: { Service: "ec2.amazonaws.com" } }, allow],
  ["our account", yes, under("StringEquals", "aws:SourceAccount", "123456789012")],
  ["our account among others", yes, under("StringLike", "AWS:sourceaccount", ["210987654321", "1234567890*"])],
  ["another account", no, under("StringEquals", "aws:SourceAccount", "210987654321")],
  ["a pattern where none is taken", no, under("StringEquals", "aws:SourceAccount", "1234567890*")],
  ["ECS in our account and region", yes, under("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-west-2:123456789012:*")],
  ["ECS in any region", yes, under("ArnLike", "aws:SourceArn", "arn:aws:ecs:*:123456789012:*")],
  ["ECS in another region", no, under("ArnLike", "aws:SourceArn", "arn:aws:ecs:eu-west-1:123456789012:*")],
  ["ECS in another account", no, under("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-west-2:210987654321:*")],
  ["any source", yes, under("ArnLike", "aws:SourceArn", "*")],
  ["another service's resources", no, under("ArnLike", "aws:SourceArn", "arn:aws:ec2:us-west-2:123456789012:*")],
  ["the action in other letters", yes, { ...allow, Action: "STS:assumerole" }],
  ["one cluster", unclear, under("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-west-2:123456789012:cluster/c")],
  ["one ARN letter by letter", unclear, under("StringEquals", "aws:SourceArn", "arn:aws:ecs:us-west-2:123456789012:*")],
  ["an organization", unclear, under("StringEquals", "aws:PrincipalOrgID", "o-1")],
  ["an operator of another kind", unclear, under("StringNotEquals", "aws:SourceAccount", "210987654321")],
  ["everybody", unclear, { ...allow, Principal: "*" }],
  ["every account", unclear, { ...allow, Principal: { AWS: "*" } }],
  ["all but some", unclear, { ...withoutPrincipal, NotPrincipal: { AWS: "arn:aws:iam::210987654321:root" } }],
  ["all actions but one", unclear, { ...withoutAction, NotAction: "sts:TagSession" }],
  [
    "the service, and denied on a condition",
    unclear,
    allow,
    { ...under("Bool", "aws:SecureTransport", "false"), Effect: "Deny" },
  ],
];
for (const [what, expected, ...statements] of cases) {
  const answer =
    expected === unclear ? "may trust ECS's tasks or not" : expected === yes ? "trusts ECS's tasks" : "does not";
  test(`a policy that trusts ${what}: the role ${answer}`, () => {
    assert.deepEqual(trust(...statements), expected);
  });
}

test("a policy of one statement that is in no list is read too", () => {
  assert.deepEqual(trustsEcs(encodeURIComponent(JSON.stringify({ Statement: allow })), place, tasks), yes);
});

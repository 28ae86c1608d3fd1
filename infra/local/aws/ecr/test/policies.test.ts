import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  CreateRepositoryCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { localAws } from "../../test/local-aws.js";
import { checkLifecyclePolicy } from "../lifecycle-policy.js";
import { checkRepositoryPolicy } from "../repository-policy.js";

const repositoryName = "app";
const count = { countType: "imageCountMoreThan", countNumber: 10 };
const age = { countType: "sinceImagePushed", countUnit: "days", countNumber: 14 };
const tagged = { tagStatus: "tagged", tagPatternList: ["v*"] };
const expire = { type: "expire" };
const rule = (selection: object, rulePriority = 1, more: object = {}) => ({
  rulePriority,
  selection,
  action: expire,
  ...more,
});
const policy = (...rules: unknown[]) => JSON.stringify({ rules });

const lifecycles: Record<string, string> = {
  "a count of any images": policy(rule({ tagStatus: "any", ...count })),
  "an age with a description": policy(rule({ tagStatus: "untagged", ...age }, 7, { description: "old" })),
  "tags by prefix": policy(rule({ tagStatus: "tagged", tagPrefixList: ["v"], ...count })),
  "tags by pattern, and the rest last": policy(rule({ ...tagged, ...count }, 1), rule({ tagStatus: "any", ...age }, 2)),
  "the archive": policy(
    rule({ tagStatus: "any", ...age, countType: "sinceImagePulled" }, 1, {
      action: { type: "transition", targetStorageClass: "archive" },
    }),
    rule({ tagStatus: "any", ...age, countType: "sinceImageTransitioned", storageClass: "archive" }, 2),
  ),
};

for (const [name, text] of Object.entries(lifecycles)) {
  test(`a lifecycle policy of ${name} is taken`, () => checkLifecyclePolicy(text));
}

const broken: [string, RegExp][] = [
  ['{"a":1}', /^object has missing required properties \(\["rules"\]\)$/],
  ["[]", /^Could not map policyString into LifecyclePolicy\.$/],
  ["not JSON", /^Could not map policyString into LifecyclePolicy\.$/],
  ['{"rules":[]}', /^array is too short: must have at least 1 elements but instance has 0 elements$/],
  ['{"rules":{}}', /^instance type \(object\) does not match any allowed primitive type \(allowed: \["array"\]\)$/],
  ['{"rules":[1]}', /^instance type \(number\) does not match/],
  [policy({}), /\(\["action","rulePriority","selection"\]\)$/],
  [policy(rule({ tagStatus: "any", ...count }, 1, { extra: 1 })), /not allowed by the schema: \["extra"\]$/],
  [policy(rule({ tagStatus: "all", ...count })), /^instance value \("all"\) not found in enum/],
  [policy(rule({ tagStatus: "any", ...count, countType: "constructor" })), /not found in enum/],
  [policy(rule({ tagStatus: "any", ...count, countNumber: 0 })), /required minimum \(minimum: 1, found: 0\)$/],
  [policy(rule({ tagStatus: "any", ...count, countNumber: "10" })), /^instance type \(string\)/],
  [policy(rule({ tagStatus: "any", ...count, countUnit: "days" })), /match exactly one schema/],
  [policy(rule({ tagStatus: "any", ...age, countUnit: undefined })), /match exactly one schema/],
  [policy(rule({ tagStatus: "any", tagPrefixList: [], ...count })), /match exactly one schema/],
  [policy(rule({ tagStatus: "tagged", ...count })), /^Must specify tagPrefixList or tagPatternList when/],
  [policy(rule({ ...tagged, tagPatternList: ["a*b*c*d*e*"], ...count })), /at most 4 wildcards/],
  [policy(rule({ tagStatus: "any", ...count }, 1, { action: { type: "delete" } })), /^instance value \("delete"\)/],
  [policy(rule({ tagStatus: "any", ...count }, 1, { action: { type: "transition" } })), /match exactly one schema/],
  [policy(rule({ tagStatus: "any", ...count }, 0)), /required minimum/],
  [policy(rule({ ...tagged, ...count }), rule({ tagStatus: "any", ...count })), /priorities must be unique/],
  [policy(rule({ tagStatus: "any", ...count }, 1), rule({ ...tagged, ...count }, 2)), /ANY must have the lowest/],
  [policy(rule({ tagStatus: "untagged", ...count }), rule({ tagStatus: "untagged", ...age }, 2)), /Only one rule can/],
];

test("a lifecycle policy that is none is refused in ECR's words", () => {
  for (const [text, why] of broken) {
    assert.throws(
      () => checkLifecyclePolicy(text),
      (error: Error & { code?: string }) => {
        const [, shown = ""] =
          /^Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: (.*)'$/.exec(
            error.message,
          ) ?? [];
        assert.match(shown, why, text);
        return error.code === "InvalidParameterException";
      },
      text,
    );
  }
});

test("the lifecycle policy of the production repository is taken", async () => {
  const hcl = await readFile(new URL("../../../../terraform/repository.tf", import.meta.url), "utf8");
  const body = /policy = jsonencode\((\{[\s\S]*?\n {2}\})\)/.exec(hcl)?.[1] ?? "";
  const json = body
    .replace(/(\w+)\s+= /g, '"$1": ')
    .replace(/(["\d\]}])\n(\s+")/g, "$1,\n$2")
    .replace(/,(\s*[\]}])/g, "$1");
  checkLifecyclePolicy(JSON.stringify(JSON.parse(json)));
});

const allow = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
const statement = (more: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allow, ...more }] });

test("a repository policy is taken with every kind of principal and condition", () => {
  const AWS = ["123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/path/to/deploy"];
  for (const text of [
    JSON.stringify({ Statement: allow }),
    statement({ Sid: "with blanks", Principal: { AWS } }),
    statement({ Principal: { Service: "codebuild.amazonaws.com" }, Action: ["ecr:*", "ecr:Get*"] }),
    statement({ Principal: { AWS: "arn:aws-us-gov:sts::123456789012:assumed-role/deploy/session" } }),
    statement({ Condition: { StringEquals: { "aws:PrincipalOrgID": ["o-1", "o-2"] } }, Effect: "Deny" }),
    JSON.stringify({
      Version: "2008-10-17",
      Id: "x",
      Statement: [{ ...allow, Action: undefined, NotAction: "ecr:*" }],
    }),
  ]) {
    checkRepositoryPolicy(text);
  }
});

test("a repository policy that is none is refused in ECR's words", () => {
  const refused = {
    name: "AwsError",
    code: "InvalidParameterException",
    message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
  };
  for (const text of [
    '{"a":1}',
    "{}",
    "[]",
    "null",
    "not JSON",
    '{"Statement":[]}',
    JSON.stringify({ Statement: [allow], Extra: 1 }),
    JSON.stringify({ Version: "2020-01-01", Statement: [allow] }),
    statement({ Resource: "*" }),
    statement({ Effect: "allow" }),
    statement({ Principal: undefined }),
    statement({ NotPrincipal: "*" }),
    statement({ Principal: { AWS: "arn:aws:iam::123456789012:*" } }),
    statement({ Principal: { AWS: "no-principal" } }),
    statement({ Principal: { constructor: "*" } }),
    statement({ Principal: {} }),
    statement({ Action: undefined }),
    statement({ Action: [] }),
    statement({ Action: "s3:GetObject" }),
    statement({ Action: "ecr:BatchGetImage", NotAction: "ecr:PutImage" }),
    statement({ Condition: "always" }),
  ]) {
    assert.throws(() => checkRepositoryPolicy(text), refused, text);
  }
});

test("a policy that is refused is not kept", async (t) => {
  const { ecr } = await localAws(t);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const lifecycle = new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: '{"a":1}' });
  await assert.rejects(ecr.send(lifecycle), {
    name: "InvalidParameterException",
    message: /Lifecycle policy validation failure/,
  });
  const access = new SetRepositoryPolicyCommand({ repositoryName, policyText: '{"a":1}' });
  await assert.rejects(ecr.send(access), {
    name: "InvalidParameterException",
    message: /Invalid repository policy provided/,
  });
  await assert.rejects(ecr.send(new GetLifecyclePolicyCommand({ repositoryName })), {
    name: "LifecyclePolicyNotFoundException",
  });
  await assert.rejects(ecr.send(new GetRepositoryPolicyCommand({ repositoryName })), {
    name: "RepositoryPolicyNotFoundException",
  });
});

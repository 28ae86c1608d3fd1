import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import {
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { localAws } from "../../test/local-aws.js";

async function iamOf(t: TestContext, options = {}) {
  const started = await localAws(t, options);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = started.aws.credentials;
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ region: "us-east-1", endpoint: started.aws.url, credentials, maxAttempts: 1 });
  return { ...started, iam };
}

test("every role exists, and its trust policy names ECS tasks", async (t) => {
  const { iam } = await iamOf(t);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "ecsTaskExecutionRole" }));
  assert.equal(Role?.Arn, "arn:aws:iam::123456789012:role/ecsTaskExecutionRole");
  assert.match(Role?.RoleId ?? "", /^AROA[A-Z0-9]{17}$/);
  assert.ok(Role?.CreateDate instanceof Date);
  const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""));
  const trust = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  assert.deepEqual(Statement, [trust]);
});

test("a role that no task definition names trusts the account too", async (t) => {
  const { iam, ecs } = await iamOf(t);
  const principals = async () => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
    const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""));
    return (Statement as { Principal: object }[]).map(({ Principal }) => Object.values(Principal)[0]);
  };
  assert.deepEqual(await principals(), ["ecs-tasks.amazonaws.com", "arn:aws:iam::123456789012:root"]);
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "app",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      executionRoleArn: "arn:aws:iam::123456789012:role/app",
      containerDefinitions: [{ name: "app", image: "app" }],
    }),
  );
  assert.deepEqual(await principals(), ["ecs-tasks.amazonaws.com"]);
});

test("a role of listener rules or hooks trusts ECS itself, and not its tasks", async (t) => {
  const { iam } = await iamOf(t);
  for (const RoleName of ["ecsInfrastructureRole", "invoke-hooks"]) {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""));
    assert.deepEqual(Statement[0].Principal, { Service: "ecs.amazonaws.com" });
  }
});

test("a role has no policies", async (t) => {
  const { iam } = await iamOf(t);
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "app" }));
  assert.deepEqual([attached.AttachedPolicies ?? [], attached.IsTruncated], [[], false]);
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName: "app" }));
  assert.deepEqual([inline.PolicyNames ?? [], inline.IsTruncated], [[], false]);
});

test("what is no role's name, or denied, is refused in IAM's words", async (t) => {
  const { iam } = await iamOf(t, { deny: ["iam:ListRolePolicies"] });
  for (const RoleName of ["a/b", "a b", "x".repeat(65)]) {
    await assert.rejects(iam.send(new GetRoleCommand({ RoleName })), { name: "ValidationError" }, RoleName);
  }
  await assert.rejects(iam.send(new ListRolePoliciesCommand({ RoleName: "app" })), {
    name: "AccessDenied",
    message: /iam:ListRolePolicies on resource: arn:aws:iam::123456789012:role\/app/,
  });
});

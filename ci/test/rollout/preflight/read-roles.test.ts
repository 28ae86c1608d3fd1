import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { readRoles } from "../../../lib/rollout/preflight/checks/roles.js";
import { type FakeResponse, Fault, fakeAws } from "../../support/fake-aws.js";
import { target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const roleArn = (name: string, account = target.account) => `arn:aws:iam::${account}:role/${name}`;
const policy = (service: string) => {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  return encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement: [statement] }));
};
const role = (arn: string, service = "ecs-tasks.amazonaws.com") => ({
  Role: { Arn: arn, AssumeRolePolicyDocument: policy(service) },
});

async function scene(t: TestContext, GetRole?: (input: JsonObject) => FakeResponse) {
  const fake = await fakeAws(GetRole ? { GetRole } : {});
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => undefined };
  return { fake, read: (taskDefinition: JsonObject) => readRoles(session, taskDefinition) };
}

test("both roles of a task are read by their names, with their trust policies", async (t) => {
  const { fake, read } = await scene(t, ({ RoleName }) =>
    RoleName === "task" ? role(roleArn("task"), "ec2.amazonaws.com") : role(roleArn("team/execution")),
  );
  const executionRoleArn = roleArn("team/execution");
  assert.deepEqual(await read({ executionRoleArn, taskRoleArn: roleArn("task") }), [
    { role: executionRoleArn, uses: ["execution role"], state: { value: "trusts-ecs" } },
    { role: roleArn("task"), uses: ["task role"], state: { value: "does-not-trust-ecs" } },
  ]);
  assert.deepEqual(
    fake.sent("GetRole").map(({ RoleName }) => RoleName),
    ["execution", "task"],
  );
});

test("one role for both uses is read once, and a task without roles reads none", async (t) => {
  const { fake, read } = await scene(t, () => role(roleArn("both")));
  const [found, ...others] = await read({ executionRoleArn: roleArn("both"), taskRoleArn: roleArn("both") });
  assert.deepEqual(found?.uses, ["execution role", "task role"]);
  assert.deepEqual(others, []);
  assert.deepEqual(await read({}), []);
  assert.equal(fake.sent("GetRole").length, 1);
});

test("a role may be named without its ARN", async (t) => {
  const { read } = await scene(t, () => role(roleArn("team/task")));
  assert.deepEqual((await read({ taskRoleArn: "task" }))[0]?.state, { value: "trusts-ecs" });
});

test("a role that IAM does not have, or has below another path, is missing", async (t) => {
  const { fake, read } = await scene(t, () => new Fault("NoSuchEntity", "cannot be found", 404));
  assert.deepEqual((await read({ taskRoleArn: roleArn("task") }))[0]?.state, { value: "missing" });
  fake.script.GetRole = () => role(roleArn("other/task"));
  assert.deepEqual((await read({ taskRoleArn: roleArn("task") }))[0]?.state, { value: "missing" });
});

test("a role of another account is not read, because the response would be about another role", async (t) => {
  const { fake, read } = await scene(t, () => role(roleArn("task")));
  const [found] = await read({ taskRoleArn: roleArn("task", "210987654321") });
  assert.deepEqual(found?.state, { unknown: "it is in account 210987654321, not in 123456789012" });
  assert.deepEqual(fake.calls, []);
});

test("without the permission, without IAM, and with a policy that can't be read, it is unknown with the reason", async (t) => {
  const { fake, read } = await scene(t);
  const state = async () => (await read({ taskRoleArn: roleArn("task") }))[0]?.state;
  assert.deepEqual(await state(), { unknown: "this AWS does not offer it" });
  fake.script.GetRole = () => new Fault("InvalidAction", "This AWS has no service 'iam'.");
  assert.deepEqual(await state(), { unknown: "this AWS does not offer it" });
  fake.script.GetRole = () => new Fault("ServiceFailure", "Something broke.");
  assert.deepEqual(await state(), { unknown: "ServiceFailureException: Something broke" });
  fake.script.GetRole = () =>
    new Fault("AccessDenied", "User: x is not authorized to perform: iam:GetRole on resource: role task", 403);
  assert.deepEqual(await state(), { unknown: "iam:GetRole is not permitted" });
  fake.script.GetRole = () => ({ Role: { Arn: roleArn("task") } });
  assert.match(JSON.stringify(await state()), /"unknown":"SyntaxError/);
});

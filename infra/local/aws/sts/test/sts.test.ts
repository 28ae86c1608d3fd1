import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import { clientsOf, localAws, movableClock, registryLogin, send } from "../../test/local-aws.js";

const deploy = { RoleArn: "arn:aws:iam::123456789012:role/path/to/deploy", RoleSessionName: "ci@example.com" };

const keysOf = ({ AccessKeyId = "", SecretAccessKey = "", SessionToken = "" }: Partial<Credentials> = {}) => ({
  accessKeyId: AccessKeyId,
  secretAccessKey: SecretAccessKey,
  sessionToken: SessionToken,
});

test("an assumed role's credentials sign calls, and name role and session", async (t) => {
  const { aws, sts } = await localAws(t);
  const { Credentials: made, AssumedRoleUser } = await sts.send(new AssumeRoleCommand(deploy));
  const arn = "arn:aws:sts::123456789012:assumed-role/deploy/ci@example.com";
  assert.equal(AssumedRoleUser?.Arn, arn);
  assert.match(AssumedRoleUser?.AssumedRoleId ?? "", /^AROA[A-Z0-9]{17}:ci@example\.com$/);
  assert.match(made?.AccessKeyId ?? "", /^ASIA[A-Z2-7]{16}$/);
  assert.ok(Math.abs((made?.Expiration?.getTime() ?? 0) - Date.now() - 3600_000) < 60_000);

  const role = clientsOf(aws, keysOf(made));
  const caller = await role.sts.send(new GetCallerIdentityCommand({}));
  assert.deepEqual([caller.Arn, caller.Account, caller.UserId], [arn, "123456789012", AssumedRoleUser?.AssumedRoleId]);
  await role.ecr.send(new CreateRepositoryCommand({ repositoryName: "app" }));
  assert.equal((await send(`${aws.url}/v2/`, { headers: await registryLogin(role.ecr) })).status, 200);
  const again = await sts.send(new AssumeRoleCommand(deploy));
  assert.notEqual(again.Credentials?.AccessKeyId, made?.AccessKeyId);
  assert.equal(again.AssumedRoleUser?.AssumedRoleId, AssumedRoleUser?.AssumedRoleId);
});

test("an assumed role's credentials need their token, end at their time, and survive a restart", async (t) => {
  const clock = movableClock();
  const { restart, sts } = await localAws(t, { clock });
  const { Credentials: made } = await sts.send(new AssumeRoleCommand({ ...deploy, DurationSeconds: 900 }));
  const { aws } = await restart();
  const keys = keysOf(made);
  await clientsOf(aws, keys).sts.send(new GetCallerIdentityCommand({}));
  const { accessKeyId, secretAccessKey } = keys;
  for (const wrong of [
    { accessKeyId, secretAccessKey },
    { ...keys, sessionToken: `${keys.sessionToken}x` },
  ]) {
    const call = clientsOf(aws, wrong).sts.send(new GetCallerIdentityCommand({}));
    await assert.rejects(call, { name: "InvalidClientTokenId" });
  }
  const forged = clientsOf(aws, { ...keys, secretAccessKey: "forged" }).sts.send(new GetCallerIdentityCommand({}));
  await assert.rejects(forged, { name: "SignatureDoesNotMatch" });
  clock.offset = 901_000;
  const late = clientsOf(aws, keys).sts;
  late.config.systemClockOffset = clock.offset;
  await assert.rejects(late.send(new GetCallerIdentityCommand({})), { name: "ExpiredToken" });
});

test("what the caller may not do, their role may not do either", async (t) => {
  const { aws, sts } = await localAws(t, { deny: ["ecr:CreateRepository"] });
  const { Credentials: made } = await sts.send(new AssumeRoleCommand(deploy));
  const { ecr } = clientsOf(aws, keysOf(made));
  await assert.rejects(ecr.send(new CreateRepositoryCommand({ repositoryName: "app" })), {
    name: "AccessDeniedException",
    message: /^User: arn:aws:sts::123456789012:assumed-role\/deploy\/ci@example\.com is not authorized/,
  });
  assert.deepEqual((await ecr.send(new DescribeRepositoriesCommand({}))).repositories, []);
});

test("a role of another account and a task's role can't be assumed", async (t) => {
  const { sts, ecs } = await localAws(t);
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "app",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      taskRoleArn: "arn:aws:iam::123456789012:role/app",
      containerDefinitions: [{ name: "app", image: "app" }],
    }),
  );
  for (const RoleArn of [
    "arn:aws:iam::999999999999:role/deploy",
    "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    "arn:aws:iam::123456789012:role/app",
  ]) {
    await assert.rejects(sts.send(new AssumeRoleCommand({ ...deploy, RoleArn })), {
      name: "AccessDenied",
      message: `User: arn:aws:iam::123456789012:user/local is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    });
  }
});

test("a session that STS would not make is refused in its words", async (t) => {
  const { aws, sts } = await localAws(t);
  const wrong: [Partial<typeof deploy> & { DurationSeconds?: number }, RegExp][] = [
    [{ RoleArn: "arn:aws:iam::123456789012:user/deploy" }, /^arn:aws:iam::123456789012:user\/deploy is invalid$/],
    [{ RoleArn: "deploy" }, /^deploy is invalid$/],
    [{ RoleSessionName: "a b" }, /'roleSessionName' .* regular expression pattern: \[\\w\+=,\.@-\]\*$/],
    [{ RoleSessionName: "a" }, /length greater than or equal to 2$/],
    [{ RoleSessionName: "x".repeat(65) }, /length less than or equal to 64$/],
    [{ DurationSeconds: 899 }, /Value '899' at 'durationSeconds' .* greater than or equal to 900$/],
    [{ DurationSeconds: 43_201 }, /less than or equal to 43200$/],
  ];
  for (const [changed, message] of wrong) {
    const call = sts.send(new AssumeRoleCommand({ ...deploy, ...changed }));
    await assert.rejects(call, { name: "ValidationError", message }, JSON.stringify(changed));
  }
  const { Credentials: made } = await sts.send(new AssumeRoleCommand({ ...deploy, DurationSeconds: 43_200 }));
  const chained = clientsOf(aws, keysOf(made)).sts;
  await assert.rejects(chained.send(new AssumeRoleCommand({ ...deploy, DurationSeconds: 3601 })), {
    name: "ValidationError",
    message: /1 hour session limit for roles assumed by role chaining/,
  });
  await chained.send(new AssumeRoleCommand({ ...deploy, DurationSeconds: 3600 }));
});

test("a session token is the user's own, and is not made of another one", async (t) => {
  const { aws, sts } = await localAws(t);
  const { Credentials: made } = await sts.send(new GetSessionTokenCommand({}));
  const session = clientsOf(aws, keysOf(made)).sts;
  const caller = await session.send(new GetCallerIdentityCommand({}));
  assert.equal(caller.Arn, "arn:aws:iam::123456789012:user/local");
  await assert.rejects(session.send(new GetSessionTokenCommand({})), { name: "AccessDenied" });
});

test("the sessions' keys are readable by their owner alone, and those that ended are forgotten", async (t) => {
  const clock = movableClock();
  const { aws, sts, stateDir } = await localAws(t, { clock });
  const { Credentials: old } = await sts.send(new AssumeRoleCommand(deploy));
  clock.offset = 14 * 3600_000;
  sts.config.systemClockOffset = clock.offset;
  const { Credentials: made } = await sts.send(new AssumeRoleCommand(deploy));
  await aws.close();
  const path = join(stateDir, "local-aws", "sts.json");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const kept = await readFile(path, "utf8");
  assert.ok(kept.includes(made?.AccessKeyId ?? "") && !kept.includes(old?.AccessKeyId ?? ""));
});

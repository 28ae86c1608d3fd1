import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient } from "@aws-sdk/client-ecr";
import { TagResourceCommand } from "@aws-sdk/client-ecs";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createSimulatedRuntime, type PolicyStatement, type Principal } from "../aws/index.js";
import { createApi, where } from "./support/api-service.js";
import { type CallOutput, keys, openEnvironment, type TestEnvironment } from "./support/environment.js";
import { putImage } from "./support/image.js";

/** May do nothing until `init` has written its policy. */
const statements: PolicyStatement[] = [];
/** Names of the statements that have allowed a call. */
const used = new Set<string>();
const deployer: Principal = {
  accessKeyId: "AKIADEPLOYER00000001",
  secretAccessKey: "deployerdeployer",
  arn: "arn:aws:iam::123456789012:user/deployer",
  userId: "AIDADEPLOYER00000001",
  policy: { Statement: statements },
};
const env = { KEYS: keys(deployer.accessKeyId, deployer.secretAccessKey) };
const policyFile = "infra/iam/deploy-api.policy.json";
const logGroupName = "/slipway/audit";
const targetFile = "infra/targets/api.json";
let environment: TestEnvironment;

before(async () => {
  environment = await openEnvironment({
    principals: [deployer],
    // One-off tasks end well, and so do all versions but v1.2.0.
    runtime: ({ clock }) =>
      createSimulatedRuntime(clock, ({ overrides, taskDefinition }) => {
        if (overrides?.containerOverrides) return { exit: { after: 0, code: 0 } };
        if (JSON.stringify(taskDefinition).includes("v1.2.0")) return { exit: { after: 0, code: 1 } };
        return { health: [{ after: 0, status: "HEALTHY" }] };
      }),
  });
  await createApi(environment);
  for (const version of ["v1.1.0", "v1.2.0"]) await putImage(environment, version, {});
  const init = [...environment.at, "--target", "api", "init", ...where, "-o", "."];
  const { exitCode, stderr } = await environment.call(init);
  assert.equal(exitCode, 0, stderr);
  const path = join(environment.checkout.path, targetFile);
  const { url: _, build: __, ...target } = JSON.parse(await readFile(path, "utf8"));
  const lock = { s3: "s3://team-locks/slipway/" };
  const audit = { s3: "s3://team-audit/records", logGroup: logGroupName };
  await writeFile(
    path,
    JSON.stringify({ ...target, before: { command: ["true"] }, after: { command: ["true"] }, lock, audit }),
  );
  const s3 = new S3Client(await clientSettings());
  await s3.send(new CreateBucketCommand({ Bucket: "team-locks" }));
  await s3.send(new CreateBucketCommand({ Bucket: "team-audit", ObjectLockEnabledForBucket: true }));
  const Rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: 365 } } as const;
  const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: "team-audit", ObjectLockConfiguration }));
  await environment.clients.logs.send(new CreateLogGroupCommand({ logGroupName }));
  // The policy is written again with the bucket that the target names now.
  await rm(join(environment.checkout.path, policyFile));
  const again = await environment.call(init);
  assert.equal(again.exitCode, 0, again.stderr);
});
after(() => environment.close());

async function clientSettings() {
  const { accessKeyId, secretAccessKey } = await environment.clients.ecs.config.credentials();
  const credentials = { accessKeyId, secretAccessKey };
  return { endpoint: environment.url, region: "us-west-2", credentials, forcePathStyle: true };
}

function callAsDeployer(...args: string[]): Promise<CallOutput> {
  const aws = environment.url.replace("http", "tcp");
  return environment.call(["--aws", aws, "--credentials", "env://KEYS", "--target", "api", ...args], { env });
}

/** A statement whose use is noted: its effect is read where it applies to a call. */
function noted(statement: PolicyStatement & { Sid: string }): PolicyStatement {
  const get = () => {
    used.add(statement.Sid);
    return statement.Effect;
  };
  return Object.defineProperty({ ...statement }, "Effect", { get });
}

/** Pushes as publish does, by the registry's own protocol. @throws Error when the registry refuses a request. */
async function pushAsDeployer(version: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = deployer;
  const ecr = new ECRClient({
    endpoint: environment.url,
    region: "us-west-2",
    credentials: { accessKeyId, secretAccessKey },
  });
  await putImage({ ...environment, clients: { ...environment.clients, ecr } }, version, {});
}

/** Every call that was refused is named in the output, also where the function goes on without it. */
async function permitted(exitCode: number, ...args: string[]): Promise<void> {
  const output = await callAsDeployer(...args);
  assert.equal(output.exitCode, exitCode, output.stderr);
  assert.doesNotMatch(output.stdout + output.stderr, /not permitted|may not perform|not authorized/);
}

test("without a policy that allows it, nothing of the service is read", async () => {
  const { exitCode, stderr } = await callAsDeployer("status");
  assert.equal(exitCode, 2);
  assert.match(stderr, /The credentials may not perform ecs:DescribeServices\./);
  const init = await callAsDeployer("init", ...where);
  assert.equal(init.exitCode, 2);
  assert.match(init.stderr, /The credentials may not perform ecs:DescribeServices\./);
  await assert.rejects(pushAsDeployer("v1.3.0"), /not authorized to perform: ecr:GetAuthorizationToken/);
});

test("every call of a push, and of each function, is allowed by the policy that init writes", async () => {
  const policy = await readFile(join(environment.checkout.path, policyFile), "utf8");
  const written = (JSON.parse(policy) as { Statement: (PolicyStatement & { Sid: string })[] }).Statement;
  statements.push(...written.map(noted));
  await pushAsDeployer("v1.3.0");
  await permitted(0, "status");
  await permitted(0, "plan", "--version", "v1.1.0");
  await permitted(0, "deploy", "--published", "--version", "v1.1.0");
  await permitted(3, "deploy", "--published", "--version", "v1.2.0");
  await permitted(0, "history");
  await permitted(0, "report", "--version", "v1.2.0");
  await permitted(0, "logs");
  await permitted(0, "diff");
  await permitted(0, "exec");
  await permitted(0, "scale", "--count", "2");
  await permitted(0, "run", "--command", "true");
  await permitted(0, "lock", "--reason", "freeze");
  const resourceArn = `arn:aws:ecs:us-west-2:123456789012:service/${environment.target.cluster}/api`;
  const tags = [{ key: "slipway:lock", value: "by hand" }];
  await environment.clients.ecs.send(new TagResourceCommand({ resourceArn, tags }));
  await permitted(0, "unlock");
  await permitted(0, "rollback");
  // The local AWS has neither store of secrets; the others are for one-off tasks with tags, or that outlast their time.
  const unused = written.map(({ Sid }) => Sid).filter((sid) => !used.has(sid));
  assert.deepEqual(unused, ["TagOneOffTask", "StopOneOffTask", "ReadQuotas", "FindSecrets", "FindParameters"]);
});

test("each deploy and rollback has left a record that is kept, also the one that failed", async () => {
  // The second call finds the deployment of the first one: its record is there already, and stays.
  await permitted(0, "deploy", "--published", "--version", "v1.1.0");
  const again = await callAsDeployer("deploy", "--published", "--version", "v1.1.0");
  assert.match(
    again.stdout + again.stderr,
    /Audit record: s3:\/\/team-audit\/records\/.*which an earlier call has written/,
  );
  const s3 = new S3Client(await clientSettings());
  const Bucket = "team-audit";
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const records = await Promise.all(
    Contents.map(async ({ Key = "" }) => {
      const { Body, ObjectLockMode } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      assert.equal(ObjectLockMode, "COMPLIANCE");
      const record = JSON.parse((await Body?.transformToString()) ?? "");
      assert.equal(Key, `records/${record.id}.json`);
      assert.match(Key, /^records\/123456789012\/us-west-2\/[\w-]+\/api\/[\w-]+-\d+\.json$/);
      assert.equal(record.caller, deployer.arn);
      assert.equal(record.report.format, "slipway-report/1");
      assert.equal(record.report.verdict, record.verdict);
      return `${record.verb} ${record.version} ${record.verdict} ${record.exitCode}`;
    }),
  );
  assert.ok(records.includes("deploy v1.1.0 deployed 0"), records.join("\n"));
  assert.ok(records.includes("deploy v1.2.0 rolled-back 3"), records.join("\n"));
  assert.ok(
    records.some((one) => one.startsWith("rollback ")),
    records.join("\n"),
  );
  const logStreamName = `${environment.target.cluster}/api`;
  const { events = [] } = await environment.clients.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
  const logged = events.map(({ message = "" }) => JSON.parse(message).id);
  assert.deepEqual(new Set(logged), new Set(Contents.map(({ Key = "" }) => Key.replace(/^records\/|\.json$/g, ""))));
});

test("another service of the account stays out of reach", async () => {
  const path = join(environment.checkout.path, targetFile);
  const { containers: _, ...target } = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...target, service: "uf-cloud-ops-exercise-app" }));
  const { exitCode, stderr } = await callAsDeployer("status");
  assert.equal(exitCode, 2);
  assert.match(stderr, /may not perform ecs:DescribeServices/);
});

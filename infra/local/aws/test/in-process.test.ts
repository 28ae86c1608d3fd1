import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createSimulatedLoadBalancer } from "../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../ecs/simulated-tasks/simulated-runtime.js";
import { NETWORK, taskDefinition } from "../ecs/test/virtual-ecs.js";
import { createInProcessAws, type InProcessOptions } from "../in-process.js";
import { createFaults, type FaultRule } from "../protocol/faults.js";
import { createVirtualClock } from "../virtual-clock.js";

async function inProcess(options: Partial<InProcessOptions> & { rules?: FaultRule[] } = {}) {
  const clock = createVirtualClock();
  const faults = createFaults({ clock, rules: options.rules ?? [] });
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({ pull: 5_000 })),
    loadBalancer: createSimulatedLoadBalancer(clock),
    faults,
    ...options,
  });
  const config = {
    region: "us-west-2",
    credentials: aws.credentials,
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  };
  return { clock, faults, aws, ecs: new ECSClient(config), sts: new STSClient(config) };
}

test("the SDK deploys in process, and a minute passes at once", async () => {
  const { aws, clock, ecs, sts } = await inProcess();
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "123456789012");
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(new RegisterTaskDefinitionCommand(taskDefinition("good:1") as never));
  await ecs.send(
    new CreateServiceCommand({
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration: NETWORK,
    }),
  );
  clock.advance(120_000);
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ["web"] }));
  assert.deepEqual([services?.[0]?.runningCount, services?.[0]?.deployments?.[0]?.rolloutState], [2, "COMPLETED"]);
  assert.equal(services?.[0]?.createdAt?.toISOString(), "2026-01-01T00:00:00.000Z");
  const { services: direct } = await aws.call("ecs", "DescribeServices", { services: ["web"] });
  assert.equal((direct as { runningCount: number }[])[0]?.runningCount, 2);
});

test("a direct call is validated, authorised and counted as one over HTTP", async () => {
  const { aws, clock } = await inProcess({ deny: ["ecs:StopTask"], limits: true });
  await assert.rejects(aws.call("ecs", "UpdateService"), { message: "Service can not be blank." });
  await assert.rejects(aws.call("ecs", "DescribeServices", { services: 1 }), { code: "SerializationException" });
  await assert.rejects(aws.call("ecs", "StopTask", { task: "x" }), { code: "AccessDeniedException" });
  await assert.rejects(aws.call("ecs", "Invent"), { code: "UnknownOperationException" });
  await assert.rejects(aws.call("kinesis", "ListStreams"), /has no service 'kinesis'/);
  await assert.rejects(aws.call("ecs", "ListClusters", {}, { accessKeyId: "none" }), {
    code: "UnrecognizedClientException",
  });
  const register = () => aws.call("ecs", "RegisterTaskDefinition", taskDefinition("good:1"));
  for (let i = 0; i < 20; i++) await register();
  await assert.rejects(register(), { code: "ThrottlingException", message: "Rate exceeded", status: 400 });
  clock.advance(1_000);
  await register();
  await assert.rejects(register(), { code: "ThrottlingException" });
  await aws.call("ecs", "RegisterTaskDefinition", taskDefinition("good:1"), { region: "eu-west-1" });
});

test("images and log lines are kept in memory, without a directory", async () => {
  const { aws, clock } = await inProcess();
  const layer = Buffer.from("{}");
  const ecr = (operation: string, input = {}) => aws.call("ecr", operation, { repositoryName: "web", ...input });
  await ecr("CreateRepository");
  const { uploadId = "" } = await ecr("InitiateLayerUpload");
  const range = { partFirstByte: 0, partLastByte: layer.length - 1 };
  await ecr("UploadLayerPart", { uploadId, ...range, layerPartBlob: layer.toString("base64") });
  const digest = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
  await ecr("CompleteLayerUpload", { uploadId, layerDigests: [digest] });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: layer.length };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
  await ecr("PutImage", { imageManifest, imageTag: "v1" });
  const { images } = await ecr("BatchGetImage", { imageIds: [{ imageTag: "v1" }] });
  assert.equal((images as { imageManifest: string }[])[0]?.imageManifest, imageManifest);

  const stream = { logGroupName: "web", logStreamName: "web/app/1" };
  await aws.call("logs", "CreateLogGroup", { logGroupName: "web" });
  aws.logs("us-west-2").append("web", "web/app/1", [{ timestamp: clock.now(), message: "listening" }]);
  const read = async () => (await aws.call("logs", "GetLogEvents", stream)).events as { message: string }[];
  assert.deepEqual(
    (await read()).map(({ message }) => message),
    ["listening"],
  );
  await aws.call("logs", "DeleteLogStream", stream);
  await aws.call("logs", "CreateLogStream", stream);
  assert.deepEqual(await read(), []);
});

const failures: [string, FaultRule, object, string[]][] = [
  ["a reset before the effect", { kind: "reset" }, { code: "ECONNRESET" }, []],
  ["a reset after the effect", { kind: "reset", effect: true }, { code: "ECONNRESET" }, ["one"]],
  ["an answer that breaks off", { kind: "truncated" }, { code: "ECONNRESET" }, ["one"]],
  ["silence", { kind: "silent" }, { name: "TimeoutError" }, []],
  ["silence after the effect", { kind: "silent", effect: true }, { name: "TimeoutError" }, ["one"]],
];

for (const [what, rule, error, done] of failures) {
  for (const way of ["SDK", "direct call"] as const) {
    test(`${what} is the same to a ${way} as over a socket`, async () => {
      const { aws, clock, ecs, faults } = await inProcess({ rules: [rule] });
      const input = { clusterName: "one" };
      const call = way === "SDK" ? ecs.send(new CreateClusterCommand(input)) : aws.call("ecs", "CreateCluster", input);
      const rejected = assert.rejects(call, error);
      await untilInjected(faults);
      clock.advance(60_000);
      await rejected;
      faults.replace([]);
      const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
      assert.deepEqual(
        clusterArns.map((arn) => arn.split("/")[1]),
        done,
      );
    });
  }
}

test("a late answer comes when its time has come on the clock, and a skewed one with other times", async () => {
  const by = 30_000;
  const { aws, clock, ecs, faults } = await inProcess({ rules: [{ kind: "delayed", by }] });
  let came = false;
  const call = aws.call("ecs", "RegisterTaskDefinition", taskDefinition("good:1")).then(() => {
    came = true;
  });
  await untilInjected(faults);
  clock.advance(29_999);
  await settled();
  assert.equal(came, false);
  clock.advance(1);
  await call;
  faults.replace([{ kind: "skewed", by: 600_000 }]);
  const { taskDefinition: found } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "web" }));
  assert.equal(found?.registeredAt?.toISOString(), "2026-01-01T00:10:00.000Z");
});

test("times in a request to a service whose clock is off are meant by that clock", async () => {
  const { aws, clock, faults } = await inProcess();
  await aws.call("ecs", "CreateCluster");
  await aws.call("ecs", "RegisterTaskDefinition", taskDefinition("good:1"));
  const service = { serviceName: "web", taskDefinition: "web", launchType: "FARGATE", networkConfiguration: NETWORK };
  await aws.call("ecs", "CreateService", service);
  clock.advance(60_000);
  faults.replace([{ kind: "skewed", by: 600_000 }]);
  const [shown] = (await aws.call("ecs", "ListServiceDeployments", { service: "web" })).serviceDeployments as {
    createdAt: number;
  }[];
  const after = (shown?.createdAt ?? 0) - 1;
  const { serviceDeployments } = await aws.call("ecs", "ListServiceDeployments", {
    service: "web",
    createdAt: { after },
  });
  assert.equal((serviceDeployments as unknown[]).length, 1);
});

test("a stale read is as old as it is meant to be", async () => {
  const { aws, clock } = await inProcess({ rules: [{ kind: "stale", by: 10_000 }] });
  await aws.call("ecs", "CreateCluster", { clusterName: "one" });
  clock.advance(4_000);
  await aws.call("ecs", "CreateCluster", { clusterName: "two" });
  const count = async () => ((await aws.call("ecs", "ListClusters")).clusterArns as string[]).length;
  const counts: number[] = [];
  for (let second = 4; second <= 15; second++) {
    counts.push(await count());
    clock.advance(1_000);
  }
  assert.deepEqual(counts, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  clock.advance(60_000);
  await aws.call("ecs", "CreateCluster", { clusterName: "three" });
  clock.advance(9_999);
  assert.equal(await count(), 2);
  clock.advance(1);
  assert.equal(await count(), 3);
});

test("what the SDK sends again after a lost answer is done twice, as on AWS", async () => {
  const { clock, aws } = await inProcess({
    rules: [{ kind: "reset", effect: true, operation: "RegisterTaskDefinition", times: 1 }],
  });
  const retrying = new ECSClient({
    region: "us-west-2",
    credentials: aws.credentials,
    requestHandler: aws.requestHandler,
  });
  const { taskDefinition: last } = await retrying.send(
    new RegisterTaskDefinitionCommand(taskDefinition("good:1") as never),
  );
  assert.equal(last?.revision, 2);
  assert.equal(clock.now(), Date.UTC(2026, 0, 1));
});

test("the same seed gives the same run with faults in it, byte for byte", async () => {
  const run = async (seed: number) => {
    const { aws, clock } = await inProcess({ seed, rules: [{ kind: "throttled", share: 0.3 }] });
    const seen: unknown[] = [];
    const call = (operation: string, input = {}) =>
      aws.call("ecs", operation, input).then(
        (output) => seen.push(structuredClone(output)),
        (error: Error) => seen.push(error.message),
      );
    for (let i = 0; i < 3; i++) await call("CreateCluster");
    for (let i = 0; i < 3; i++) await call("RegisterTaskDefinition", taskDefinition("good:1"));
    for (let i = 0; i < 3; i++) {
      await call("CreateService", {
        serviceName: "web",
        taskDefinition: "web",
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: NETWORK,
      });
    }
    for (let i = 0; i < 30; i++) {
      clock.advance(5_000);
      await call("DescribeServices", { services: ["web"] });
    }
    return JSON.stringify(seen);
  };
  const [one, again, other] = [await run(1), await run(1), await run(2)];
  assert.equal(one, again);
  assert.notEqual(one, other);
  assert.match(one, /Rate exceeded/);
  assert.match(one, /COMPLETED/);
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function untilInjected(faults: { injected: readonly unknown[] }): Promise<void> {
  while (faults.injected.length === 0) await settled();
  await settled();
}

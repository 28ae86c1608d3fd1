import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { completed, resolveTarget, statedTarget } from "../../lib/ecs/resolve-target.js";
import { fakeAws } from "../support/fake-aws.js";

const three = { region: "us-west-2", cluster: "main", service: "api" };
const file = { ...three, account: "123456789012" };
const registry = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const digest = `sha256:${"a".repeat(64)}`;

function definition(images: Record<string, string>, more: JsonObject = {}): JsonObject {
  return {
    taskDefinitionArn: "arn:aws:ecs:us-west-2:123456789012:task-definition/api:7",
    family: "api",
    containerDefinitions: Object.entries(images).map(([name, image]) => ({
      name,
      image,
      portMappings: name === "web" ? [{ containerPort: 8080 }] : [],
    })),
    ...more,
  };
}

const complete = (images: Record<string, string>, changes = {}, loadBalancers: { containerName: string }[] = []) =>
  completed({ ...file, ...changes }, { loadBalancers }, definition(images));

const refused = (images: Record<string, string>, changes = {}) => {
  try {
    complete(images, changes);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error("It was accepted.");
};

test("three keys are completed from the live service", async (t) => {
  const fake = await fakeAws({
    DescribeServices: () => ({ services: [{ serviceName: "api", taskDefinition: "api:7", loadBalancers: [] }] }),
    DescribeTaskDefinition: () => ({ taskDefinition: definition({ web: `${registry}/team/api:v1.0.0` }) }),
  });
  t.after(() => fake.close());
  assert.deepEqual(await resolveTarget(fake.aws, three, "123456789012"), {
    ...file,
    family: "api",
    container: "web",
    repository: "team/api",
    containerPort: 8080,
    platform: "linux/amd64",
  });
});

test("a file that states everything needs no call", () => {
  const stated = { ...file, family: "api", container: "web", repository: "team/api" };
  assert.deepEqual(statedTarget(stated), { ...stated, platform: "linux/amd64" });
});

test("sidecars, whose images come from elsewhere, stay", () => {
  const images = { web: `${registry}/api@${digest}`, proxy: "public.ecr.aws/nginx/nginx:1", agent: "datadog/agent:7" };
  const { container, containers } = complete(images);
  assert.deepEqual([container, containers], ["web", undefined]);
});

test("containers that run one image move together, and the one behind the load balancer stands for them", () => {
  const images = { worker: `${registry}/api:v1.0.0`, web: `${registry}/api:v1.0.0` };
  const { container, containers } = complete(images, {}, [{ containerName: "web" }]);
  assert.deepEqual([container, containers], ["web", ["worker", "web"]]);
});

test("containers of several own images are refused, with the images and the key to add", () => {
  const { code, message } = refused({ web: `${registry}/api:v1`, job: `${registry}/jobs:v1` });
  assert.equal(code, "which-container");
  assert.match(message, /web: .*api:v1\n.*job: .*jobs:v1\n.*"containers": \["NAME"\]/);
  assert.equal(refused({ web: `${registry}/api:v1`, worker: `${registry}/api:v2` }).code, "which-container");
});

test("a named repository or named containers resolve the ambiguity", () => {
  const images = { web: `${registry}/api:v1`, job: `${registry}/jobs:v1` };
  assert.equal(complete(images, { repository: "jobs" }).container, "job");
  assert.deepEqual(complete(images, { containers: ["web"] }).container, "web");
});

test("an image of no private repository needs a repository in the target", () => {
  assert.match(refused({ web: "nginx:1" }).message, /runs nginx:1, .*"repository": "NAME"/);
  assert.equal(complete({ web: "nginx:1" }, { repository: "api" }).repository, "api");
});

test("a repository of another account and region is found from the image", () => {
  const { repository, registry } = complete({ web: "210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1" });
  assert.deepEqual([repository, registry], ["team/api", { account: "210987654321", region: "eu-west-1" }]);
});

test("registries of every partition, with FIPS and with dual-stack names are private repositories", () => {
  for (const [host, region] of [
    ["210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"],
    ["210987654321.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"],
    ["210987654321.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["210987654321.dkr-ecr.eu-west-1.on.aws", "eu-west-1"],
  ] as const) {
    const { registry } = complete({ web: `${host}/team/api:v1` });
    assert.deepEqual(registry, { account: "210987654321", region });
  }
});

test("an image whose name would lead out of its repository's path names no repository", () => {
  for (const image of [
    "127.0.0.1:4566/team/../../public:v1",
    `${registry}/../api:v1`,
    `${registry}/a//b`,
    "127.0.0.1:4566/a?b",
  ])
    assert.match(refused({ web: image }).message, /no image of a private ECR repository/, image);
  const foreign = "123456789012.dkr.ecr.us-west-2.amazonaws.com.example.com/api:v1";
  assert.match(refused({ web: foreign }).message, /no image of a private ECR repository/);
});

test("the image of a local AWS names its repository", () => {
  assert.equal(complete({ web: `127.0.0.1:4566/team/api@${digest}` }).repository, "team/api");
});

test("the platform is what the task definition runs on", () => {
  const arm = definition({ web: `${registry}/api:v1` }, { runtimePlatform: { cpuArchitecture: "ARM64" } });
  assert.equal(completed(file, {}, arm).platform, "linux/arm64");
});

test("tasks can't be verified without a port", () => {
  assert.match(
    refused({ job: `${registry}/jobs:v1` }, { verifyTasks: true }).message,
    /no port mapping.*containerPort/,
  );
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import type { Target } from "../../../lib/config/target.js";
import { readFacts } from "../../../lib/rollout/preflight/topics.js";
import { directAws } from "../../support/direct-aws.js";
import { Fault, type Script } from "../../support/fake-aws.js";
import { newDigest, release, repository, revisionArn, target } from "../../support/scripted-ecs.js";
import { targetGroupArn, targetGroupScript } from "../../support/target-groups.js";
import { virtualClock } from "../../support/virtual-clock.js";

const logs = { "awslogs-group": "/app", "awslogs-region": "us-west-2" };
const logging = (name: string, options: Record<string, string> = logs) => ({
  name,
  logConfiguration: { logDriver: "awslogs", options },
});
const image = { imageDigest: newDigest, imageTags: ["v1.1.0"], imageSizeInBytes: 5, imagePushedAt: 60 };
const denied = (action: string) => () =>
  new Fault("AccessDeniedException", `User: x is not authorized to perform: ${action} on resource: y`);

async function link(t: TestContext, status: number, body: object): Promise<string> {
  const server = createServer((_, response) => {
    response.statusCode = status;
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-link`;
}

interface Scene {
  containers?: JsonObject[];
  next?: JsonObject;
  service?: Service;
  registry?: Target["registry"];
  /** The release's image, if it is outside the target's repository. */
  image?: string;
  signal?: AbortSignal;
}

async function scene(t: TestContext, more: Script = {}, options: Scene = {}) {
  const { containers = [logging("app")], next = {}, service = {}, registry, signal } = options;
  const of = { ...release, ...(options.image !== undefined && { image: options.image }) };
  const downloadUrl = await link(t, 200, { os: "linux", architecture: "arm64" });
  const fake = directAws({
    DescribeRepositories: () => ({
      repositories: [
        { repositoryUri: repository, imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: true } },
      ],
    }),
    DescribeImages: () => ({ imageDetails: [image] }),
    BatchGetImage: () => ({ images: [{ imageManifest: JSON.stringify({ config: { digest: "sha256:c" } }) }] }),
    GetDownloadUrlForLayer: () => ({ downloadUrl }),
    DescribeImageScanFindings: () => ({
      imageScanStatus: { status: "COMPLETE" },
      imageScanFindings: { findingSeverityCounts: { HIGH: 2 } },
    }),
    DescribeLogStreams: () => ({ logStreams: [] }),
    ...more,
  });
  const session = {
    aws: fake.aws,
    target: { ...target, ...(registry && { registry }) },
    clock: virtualClock(),
    progress: () => undefined,
    ...(signal && { signal }),
  };
  const read = () =>
    readFacts(session, {
      release: of,
      service,
      deployments: { listed: [] },
      running: { taskDefinition: revisionArn(7), image: repository },
      next: { ...next, containerDefinitions: containers },
      desiredCount: 1,
      scanSeverity: "CRITICAL",
    });
  return { fake, read };
}

test("the facts for the checks are read from ECR and CloudWatch Logs, by digest", async (t) => {
  const { fake, read } = await scene(t);
  const facts = await read();
  const settings = { uri: repository, tagMutability: "MUTABLE", exclusions: [], scanOnPush: true };
  assert.deepEqual(facts.repository, { value: settings });
  assert.deepEqual(facts.image, { value: { tags: ["v1.1.0"], status: "ACTIVE", size: 5, pushedAt: 60_000 } });
  assert.deepEqual(facts.platforms, { value: ["linux/arm64"] });
  assert.deepEqual(facts.scan, { value: { HIGH: 2 } });
  assert.deepEqual(facts.logGroups, [
    { container: "app", group: "/app", region: "us-west-2", exists: { value: true } },
  ]);
  assert.deepEqual(fake.sent("DescribeImages")[0]?.imageIds, [{ imageDigest: newDigest }]);
});

test("for an index the platforms of its images are returned, without those of attestations", async (t) => {
  const platforms = [
    { os: "linux", architecture: "amd64" },
    { os: "unknown", architecture: "unknown" },
  ];
  const manifest = { manifests: platforms.map((platform) => ({ platform })) };
  const { read } = await scene(t, { BatchGetImage: () => ({ images: [{ imageManifest: JSON.stringify(manifest) }] }) });
  assert.deepEqual((await read()).platforms, { value: ["linux/amd64"] });
});

test("for an index that does not state them, the platforms are unknown", async (t) => {
  const { read } = await scene(t, { BatchGetImage: () => ({ images: [{ imageManifest: '{"manifests":[{}]}' }] }) });
  assert.deepEqual((await read()).platforms, { unknown: "Error: the index names no platform of its images" });
});

test("an image that ECR does not have, or in a missing repository, is absent", async (t) => {
  const { fake, read } = await scene(t);
  const answers = [
    new Fault("ImageNotFoundException", "not there"),
    new Fault("RepositoryNotFoundException", "not there"),
    { imageDetails: [] },
  ];
  for (const answer of answers) {
    fake.script.DescribeImages = () => answer;
    assert.deepEqual((await read()).image, { value: undefined });
  }
});

test("the repository is read in the account that the target names for it", async (t) => {
  const uri = `210987654321.dkr.ecr.us-west-2.amazonaws.com/${target.repository}`;
  const { fake, read } = await scene(
    t,
    { DescribeRepositories: () => ({ repositories: [{ repositoryUri: uri }] }) },
    { registry: { account: "210987654321" }, image: `${uri}@${newDigest}` },
  );
  await read();
  for (const operation of ["DescribeRepositories", "DescribeImages", "BatchGetImage", "DescribeImageScanFindings"]) {
    assert.deepEqual(
      fake.sent(operation).map(({ registryId }) => registryId),
      ["210987654321"],
      operation,
    );
  }
});

test("a release that is in another repository than the target's is read there, in any account", async (t) => {
  const image = `210987654321.dkr.ecr.us-west-2.amazonaws.com/shared/app@${newDigest}`;
  const { fake, read } = await scene(t, {}, { image });
  const facts = await read();
  assert.deepEqual(facts.place, { registryId: "210987654321", repositoryName: "shared/app" });
  assert.deepEqual(facts.platforms, { value: ["linux/arm64"] });
  assert.deepEqual(facts.scan, { value: { HIGH: 2 } });
  for (const operation of ["DescribeImages", "BatchGetImage", "GetDownloadUrlForLayer", "DescribeImageScanFindings"]) {
    const [sent] = fake.sent(operation);
    assert.deepEqual([sent?.registryId, sent?.repositoryName], ["210987654321", "shared/app"], operation);
  }
  const repositories = fake.sent("DescribeRepositories").map(({ repositoryNames }) => String(repositoryNames));
  assert.deepEqual(repositories, [target.repository, "shared/app"]);
});

test("a release that is in another region is read there", async (t) => {
  const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@${newDigest}`;
  const { fake, read } = await scene(t, {}, { image });
  const regions: string[] = [];
  const { ecr } = fake.aws.lazy;
  fake.aws.lazy.ecr = (region) => {
    regions.push(region);
    return ecr(region);
  };
  const facts = await read();
  assert.deepEqual(facts.image, { value: { tags: ["v1.1.0"], status: "ACTIVE", size: 5, pushedAt: 60_000 } });
  assert.deepEqual([...new Set(regions)], ["eu-west-1"]);
  // The repository's settings, the image, its platforms, and its scan.
  assert.equal(regions.length, 4);
});

test("for a release outside ECR nothing is read, and each check has the reason", async (t) => {
  const { fake, read } = await scene(t, {}, { image: `ghcr.io/team/app@${newDigest}` });
  const { image, platforms, scan, repository: settings } = await read();
  const unknown = { unknown: "it is in a registry other than ECR" };
  assert.deepEqual([image, platforms, scan, settings], [unknown, unknown, undefined, unknown]);
  assert.deepEqual(fake.sent("DescribeImages"), []);
});

test("tags of a repository without a mutability setting are mutable, and its exclusions are returned", async (t) => {
  const { fake, read } = await scene(t, { DescribeRepositories: () => ({ repositories: [{}] }) });
  const settings = async () => {
    const { repository } = await read();
    return "value" in repository && [repository.value.tagMutability, repository.value.exclusions];
  };
  assert.deepEqual(await settings(), ["MUTABLE", []]);
  const filters = [{ filterType: "WILDCARD", filter: "v*" }];
  fake.script.DescribeRepositories = () => ({
    repositories: [{ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters: filters }],
  });
  assert.deepEqual(await settings(), ["IMMUTABLE_WITH_EXCLUSION", ["v*"]]);
});

test("the task's roles, its secrets, the service's target groups and a completed deployment are read", async (t) => {
  const { read } = await scene(t, targetGroupScript, {
    next: { executionRoleArn: "execution" },
    containers: [{ name: "app", secrets: [{ name: "DB", valueFrom: "/db" }] }],
    service: {
      loadBalancers: [{ targetGroupArn: targetGroupArn("blue") }],
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
    },
  });
  const { roles, secrets, targetGroups, hasCompleted } = await read();
  const state = { unknown: "this AWS does not offer it" };
  assert.deepEqual(roles, [{ role: "execution", uses: ["execution role"], state }]);
  assert.deepEqual(secrets, [{ taker: "DB of app", valueFrom: "/db", store: "ssm", state }]);
  assert.deepEqual("value" in targetGroups && targetGroups.value.map(({ arn }) => arn), [targetGroupArn("blue")]);
  assert.deepEqual(hasCompleted, { value: true });
});

test("a missing permission is named, for each fact that could not be read", async (t) => {
  const names = ["DescribeRepositories", "DescribeImages", "BatchGetImage"];
  const { read } = await scene(t, {
    ...Object.fromEntries(names.map((name) => [name, denied(`ecr:${name}`)])),
    DescribeLogStreams: denied("logs:DescribeLogStreams"),
  });
  const { repository, image, platforms, logGroups } = await read();
  assert.deepEqual(
    [repository, image, platforms, logGroups[0]?.exists],
    [
      ...names.map((name) => ({ unknown: `ecr:${name} is not permitted` })),
      { unknown: "logs:DescribeLogStreams is not permitted" },
    ],
  );
});

test("a missing log group is reported, each group is read once, and one that tasks create is not read", async (t) => {
  // Options of another log driver are ignored, even with the same names.
  const shipped = {
    name: "shipped",
    logConfiguration: { logDriver: "awsfirelens", options: { "awslogs-group": "/other" } },
  };
  const made = { ...logs, "awslogs-group": "/made", "awslogs-create-group": "true" };
  const { fake, read } = await scene(
    t,
    { DescribeLogStreams: () => new Fault("ResourceNotFoundException", "The specified log group does not exist.") },
    { containers: [logging("app"), logging("proxy"), logging("maker", made), shipped] },
  );
  assert.deepEqual(
    (await read()).logGroups.map(({ group, exists }) => [group, exists]),
    [["/app", { value: false }]],
  );
  assert.equal(fake.sent("DescribeLogStreams").length, 1);
});

test("a log group in another region is unknown", async (t) => {
  const { fake, read } = await scene(
    t,
    {},
    { containers: [logging("app", { ...logs, "awslogs-region": "eu-west-1" })] },
  );
  assert.deepEqual((await read()).logGroups[0]?.exists, { unknown: "it is in eu-west-1, not in us-west-2" });
  assert.equal(fake.sent("DescribeLogStreams").length, 0);
});

test("a link to an image's configuration that fails is never shown", async (t) => {
  const downloadUrl = await link(t, 403, {});
  const { read } = await scene(t, { GetDownloadUrlForLayer: () => ({ downloadUrl }) });
  const { platforms } = await read();
  assert.ok("unknown" in platforms);
  assert.match(platforms.unknown, /HTTP 403/);
  assert.doesNotMatch(platforms.unknown, /secret-link/);
});

test("expired credentials stop the preflight", async (t) => {
  const { read } = await scene(t, { DescribeImages: () => new Fault("ExpiredTokenException", "expired") });
  await assert.rejects(read(), { code: "credentials-expired" });
});

test("an abort stops the preflight with its own reason; no fact becomes unknown", async (t) => {
  const { read } = await scene(t, {}, { signal: AbortSignal.abort(new Error("enough")) });
  await assert.rejects(read(), { message: "enough" });
});

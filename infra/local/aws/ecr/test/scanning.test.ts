import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  DescribeRegistryCommand,
  GetRegistryScanningConfigurationCommand,
  PutRegistryScanningConfigurationCommand,
  StartImageScanCommand,
} from "@aws-sdk/client-ecr";
import { clientsOf, movableClock } from "../../test/local-aws.js";
import { imageIn, pushManifest } from "../registry/test/layers.js";
import { registry } from "../registry/test/start.js";

const repositoryName = "team/app";
const v1 = { repositoryName, imageId: { imageTag: "v1" } };

async function pushed(t: Parameters<typeof registry>[0], options: Parameters<typeof registry>[1] = {}, more = {}) {
  const started = await registry(t, options, more);
  const image = await imageIn(started.base, started.login);
  await pushManifest(started.base, started.login, "v1", image.manifest);
  return { ...started, image };
}

test("a scan is started, is complete, finds nothing, and is started again after a day", async (t) => {
  const clock = movableClock();
  const { ecr, image } = await pushed(t, {}, { clock });
  await assert.rejects(ecr.send(new DescribeImageScanFindingsCommand(v1)), {
    name: "ScanNotFoundException",
    message:
      "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'v1'}' in the repository with name 'team/app' in the registry with id '123456789012'",
  });
  const started = await ecr.send(new StartImageScanCommand(v1));
  assert.deepEqual(started.imageScanStatus, { status: "IN_PROGRESS" });
  assert.deepEqual(started.imageId, { imageDigest: image.digest, imageTag: "v1" });
  const found = await ecr.send(new DescribeImageScanFindingsCommand(v1));
  assert.equal(found.imageScanStatus?.status, "COMPLETE");
  assert.deepEqual(found.imageScanFindings?.findings, []);
  assert.deepEqual(found.imageScanFindings?.findingSeverityCounts, {});
  assert.ok(found.imageScanFindings?.imageScanCompletedAt instanceof Date);
  await assert.rejects(ecr.send(new StartImageScanCommand(v1)), {
    name: "LimitExceededException",
    message: "The scan quota per image has been exceeded. Wait and try again.",
  });
  // The signing client goes with the server's clock.
  clock.offset = 25 * 3600_000;
  ecr.config.systemClockOffset = clock.offset;
  await ecr.send(new StartImageScanCommand(v1));
});

test("an image is scanned on push where its repository or a rule of the registry requires it", async (t) => {
  const { ecr, base, login } = await pushed(t, { imageScanningConfiguration: { scanOnPush: true } });
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
  assert.equal(imageDetails?.[0]?.imageScanStatus?.status, "COMPLETE");
  assert.deepEqual(imageDetails?.[0]?.imageScanFindingsSummary?.findingSeverityCounts, {});

  const put = (rules: { scanFrequency: "SCAN_ON_PUSH"; filter: string }[]) =>
    ecr.send(
      new PutRegistryScanningConfigurationCommand({
        scanType: "ENHANCED",
        rules: rules.map(({ scanFrequency, filter }) => ({
          scanFrequency,
          repositoryFilters: [{ filter, filterType: "WILDCARD" }],
        })),
      }),
    );
  const push = async (tag: string) => {
    await pushManifest(base, login, tag, (await imageIn(base, login)).manifest);
    return ecr.send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag: tag } }));
  };
  await put([]);
  await assert.rejects(push("enhanced-without-a-rule"), { name: "ScanNotFoundException" });
  await put([{ scanFrequency: "SCAN_ON_PUSH", filter: "other*" }]);
  await assert.rejects(push("another-rule"), { name: "ScanNotFoundException" });
  await put([{ scanFrequency: "SCAN_ON_PUSH", filter: "team/*" }]);
  assert.deepEqual((await push("its-rule")).imageScanFindings?.enhancedFindings, []);
  await assert.rejects(ecr.send(new StartImageScanCommand(v1)), { name: "ValidationException" });
});

test("the registry's scanning configuration is kept for its region, and shows in the repositories'", async (t) => {
  const { restart, ecr } = await registry(t);
  const basic = await ecr.send(new GetRegistryScanningConfigurationCommand({}));
  assert.deepEqual(basic.scanningConfiguration, { scanType: "BASIC", rules: [] });
  const rules = [
    {
      scanFrequency: "CONTINUOUS_SCAN" as const,
      repositoryFilters: [{ filter: "team", filterType: "WILDCARD" as const }],
    },
  ];
  const put = await ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: "ENHANCED", rules }));
  assert.deepEqual(put.registryScanningConfiguration, { scanType: "ENHANCED", rules });

  const { aws: again, ecr: client } = await restart();
  const repositoryNames = [repositoryName, "nope", "constructor"];
  const found = await client.send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames }));
  assert.deepEqual(found.scanningConfigurations, [
    {
      repositoryArn: "arn:aws:ecr:us-west-2:123456789012:repository/team/app",
      repositoryName,
      scanOnPush: true,
      scanFrequency: "CONTINUOUS_SCAN",
      appliedScanFilters: rules[0]?.repositoryFilters,
    },
  ]);
  assert.deepEqual(
    found.failures?.map(({ repositoryName: name, failureCode }) => [name, failureCode]),
    [
      ["nope", "REPOSITORY_NOT_FOUND"],
      ["constructor", "REPOSITORY_NOT_FOUND"],
    ],
  );
  const elsewhere = clientsOf(again, undefined, "eu-west-1").ecr;
  const other = await elsewhere.send(new GetRegistryScanningConfigurationCommand({}));
  assert.equal(other.scanningConfiguration?.scanType, "BASIC");
});

test("a scanning configuration that ECR has not is refused", async (t) => {
  const { ecr } = await registry(t);
  const filters = [{ filter: "*", filterType: "WILDCARD" }];
  for (const input of [
    { scanType: "NOPE" },
    { scanType: "BASIC", rules: [{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: filters }] },
    { scanType: "ENHANCED", rules: [{ scanFrequency: "MANUAL", repositoryFilters: filters }] },
    { rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "REGEX" }] }] },
    { rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "A b", filterType: "WILDCARD" }] }] },
    { rules: Array(3).fill({ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filters }) },
  ]) {
    const put = ecr.send(new PutRegistryScanningConfigurationCommand(input as never));
    await assert.rejects(put, { name: "InvalidParameterException" }, JSON.stringify(input));
  }
});

test("the registry is the account's own, and replicates nothing", async (t) => {
  const { ecr } = await registry(t);
  const { registryId, replicationConfiguration } = await ecr.send(new DescribeRegistryCommand({}));
  assert.deepEqual([registryId, replicationConfiguration], ["123456789012", { rules: [] }]);
});

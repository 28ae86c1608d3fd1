import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readScan, type Scanned } from "../../../lib/rollout/preflight/checks/image-scan.js";
import { type FakeResponse, Fault, fakeAws, type Script } from "../../support/fake-aws.js";
import { newDigest, oldDigest, target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const place = { registryId: target.account, repositoryName: target.repository };
const repository = { value: { uri: "x", tagMutability: "IMMUTABLE", exclusions: [], scanOnPush: false } };
const noScan = () => new Fault("ScanNotFoundException", "Image scan does not exist");
const denied = (action: string) => () =>
  new Fault("AccessDeniedException", `User: x is not authorized to perform: ecr:${action} on resource: y`);
const settings = (more: object) => () => ({
  scanningConfigurations: [{ repositoryName: target.repository, scanOnPush: false, scanFrequency: "MANUAL", ...more }],
});
const findings = (status: string, more: object = { imageScanFindings: { findingSeverityCounts: { HIGH: 2 } } }) =>
  (() => ({ imageScanStatus: { status }, ...more })) as () => FakeResponse;

async function scan(t: TestContext, script: Script, more: Partial<Scanned> = {}) {
  const fake = await fakeAws({ BatchGetRepositoryScanningConfiguration: settings({}), ...script });
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => {} };
  const query = { place, digest: newDigest, images: [], platform: "linux/amd64", repository, ...more };
  return { fake, read: await readScan(session, query) };
}

for (const status of ["COMPLETE", "ACTIVE"]) {
  test(`findings of a scan that is ${status} count, though the repository itself does not scan on push`, async (t) => {
    const { fake, read } = await scan(t, { DescribeImageScanFindings: findings(status) });
    assert.deepEqual(read, { value: { HIGH: 2 } });
    assert.deepEqual(fake.sent("DescribeImageScanFindings")[0]?.imageId, { imageDigest: newDigest });
    assert.equal(
      fake.sent("BatchGetRepositoryScanningConfiguration").length,
      0,
      "settings are read only where they matter",
    );
  });
}

test("a finished scan without findings has none", async (t) => {
  const none = { imageScanFindings: { findings: [], findingSeverityCounts: {} } };
  const { read } = await scan(t, { DescribeImageScanFindings: findings("COMPLETE", none) });
  assert.deepEqual(read, { value: {} });
});

const unfinished = [
  "IN_PROGRESS",
  "PENDING",
  "FAILED",
  "UNSUPPORTED_IMAGE",
  "SCAN_ELIGIBILITY_EXPIRED",
  "FINDINGS_UNAVAILABLE",
  "LIMIT_EXCEEDED",
  "PONDERING",
];
for (const status of unfinished) {
  test(`a scan that is ${status} is unknown with its reason, even where it names findings`, async (t) => {
    const more = {
      imageScanStatus: { status, description: "why" },
      imageScanFindings: { findingSeverityCounts: {} },
    };
    const script = {
      DescribeImageScanFindings: () => more,
      BatchGetRepositoryScanningConfiguration: settings({ scanFrequency: "CONTINUOUS_SCAN" }),
    };
    assert.deepEqual((await scan(t, script)).read, { unknown: `Error: the scan is ${status} (why)` });
  });
}

test("a finished scan that does not name its counts is unknown", async (t) => {
  const script = {
    DescribeImageScanFindings: findings("COMPLETE", {}),
    BatchGetRepositoryScanningConfiguration: settings({ scanOnPush: true }),
  };
  assert.deepEqual((await scan(t, script)).read, {
    unknown: "Error: the scan is COMPLETE and has no counts of findings",
  });
});

for (const [what, more] of [
  ["the repository's own setting", { scanOnPush: true }],
  ["basic scanning of the registry", { scanFrequency: "SCAN_ON_PUSH" }],
  ["enhanced scanning of the registry", { scanFrequency: "CONTINUOUS_SCAN" }],
] as const) {
  test(`an image that is not scanned yet though ${what} has it scanned is unknown`, async (t) => {
    const script = {
      DescribeImageScanFindings: noScan,
      BatchGetRepositoryScanningConfiguration: settings(more),
    };
    assert.deepEqual((await scan(t, script)).read, {
      unknown: "ECR has no scan of it, though its repository is scanned",
    });
  });
}

test("where nothing scans the repository there is no result", async (t) => {
  assert.equal((await scan(t, { DescribeImageScanFindings: noScan })).read, undefined);
});

test("where neither scans nor settings can be read it is unknown", async (t) => {
  const BatchGetRepositoryScanningConfiguration = denied("BatchGetRepositoryScanningConfiguration");
  const both = {
    DescribeImageScanFindings: denied("DescribeImageScanFindings"),
    BatchGetRepositoryScanningConfiguration,
  };
  assert.deepEqual((await scan(t, both)).read, { unknown: "ecr:DescribeImageScanFindings is not permitted" });
  const settingsOnly = { DescribeImageScanFindings: noScan, BatchGetRepositoryScanningConfiguration };
  assert.match(
    JSON.stringify((await scan(t, settingsOnly)).read),
    /no scan of it, and whether .* \(ecr:BatchGetRepositoryScanningConfiguration is not permitted\)/,
  );
});

test("where scans may not be read and nothing scans the repository, there is no result", async (t) => {
  const script = { DescribeImageScanFindings: denied("DescribeImageScanFindings") };
  assert.equal((await scan(t, script)).read, undefined);
});

test("the settings of another account's registry are not those of ours", async (t) => {
  const foreign = { place: { ...place, registryId: "210987654321" } };
  const { fake, read } = await scan(t, { DescribeImageScanFindings: noScan }, foreign);
  assert.match(JSON.stringify(read), /the registry is that of account 210987654321/);
  assert.equal(fake.sent("BatchGetRepositoryScanningConfiguration").length, 0);
  assert.deepEqual(fake.sent("DescribeImageScanFindings")[0]?.registryId, "210987654321");
});

test("for an index the scan of the image for the task's platform counts", async (t) => {
  const images = [
    { platform: "linux/arm64", digest: `sha256:${"a".repeat(64)}` },
    { platform: "linux/amd64", digest: oldDigest },
  ];
  for (const ofIndex of [noScan, findings("UNSUPPORTED_IMAGE", {})]) {
    const { read } = await scan(
      t,
      {
        DescribeImageScanFindings: ({ imageId }) =>
          (imageId as { imageDigest: string }).imageDigest === oldDigest ? findings("COMPLETE")() : ofIndex(),
      },
      { images },
    );
    assert.deepEqual(read, { value: { HIGH: 2 } });
  }
});

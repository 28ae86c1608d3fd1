import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { readPlatformImages } from "../../lib/aws/image-platforms.js";
import { fakeAws } from "../support/fake-aws.js";

const place = { registryId: "123456789012", repositoryName: "web" };
const digest = `sha256:${"a".repeat(64)}`;

/** Serves an image's configuration at a link with a token, as a layer store does. */
async function layers(t: TestContext) {
  const requested: string[] = [];
  const server = createServer((request, response) => {
    requested.push(request.url ?? "");
    response.end(JSON.stringify({ os: "linux", architecture: "arm64" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { requested, port: (server.address() as AddressInfo).port };
}

async function ecr(t: TestContext, downloadUrl: string) {
  const fake = await fakeAws({
    BatchGetImage: () => ({ images: [{ imageManifest: JSON.stringify({ config: { digest } }) }], failures: [] }),
    GetDownloadUrlForLayer: () => ({ downloadUrl, layerDigest: digest }),
  });
  t.after(() => fake.close());
  return fake.aws.ecr;
}

test("the link of a local AWS that names an address of the host is followed at the local AWS's endpoint", async (t) => {
  const { requested, port } = await layers(t);
  const aws = { ecr: await ecr(t, "http://127.0.0.1:1/layers/a?token=b"), endpoint: `http://127.0.0.1:${port}` };
  assert.deepEqual(await readPlatformImages(aws, place, digest), [{ platform: "linux/arm64", digest }]);
  assert.deepEqual(requested, ["/layers/a?token=b"]);
});

test("a link of AWS itself is followed as it is", async (t) => {
  const { requested, port } = await layers(t);
  const aws = { ecr: await ecr(t, `http://127.0.0.1:${port}/layers/a?token=b`) };
  assert.deepEqual(await readPlatformImages(aws, place, digest), [{ platform: "linux/arm64", digest }]);
  assert.deepEqual(requested, ["/layers/a?token=b"]);
});

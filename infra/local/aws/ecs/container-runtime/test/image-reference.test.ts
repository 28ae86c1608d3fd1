import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { ContainerRuntime } from "../../../../containers/connect.js";
import { parseImage } from "../image-reference.js";
import { pullImage } from "../pull-image.js";

const digest = `sha256:${"ab".repeat(32)}`;

for (const [image, name, reference] of [
  ["127.0.0.1:4566/team/app:v1", "team/app", "v1"],
  [`localhost:4566/app@${digest}`, "app", digest],
  [`127.0.0.1:4566/app:v1@${digest}`, "app", digest],
  ["123456789012.dkr.ecr.us-west-2.amazonaws.com/app", "app", "latest"],
  ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1", "app", "v1"],
  ["123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/app:v1", "app", "v1"],
  ["123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/app:v1", "app", "v1"],
] as const) {
  test(`${image.slice(0, 60)} is an image of the local registry`, () => {
    assert.deepEqual(parseImage(image), { name, reference });
  });
}

const outside = [
  "127.0.0.1:4566/../../public",
  "127.0.0.1:4566/team/../../../public:v1",
  "127.0.0.1:4566/team//app",
  "127.0.0.1:4566/app?x=y",
  "127.0.0.1:4566/app#x",
  "127.0.0.1:4566/app:../../x",
  "127.0.0.1:4566/app@sha256:../../x",
  "127.0.0.1:4566/%2e%2e/app",
];

/** Serves a registry on loopback that returns `body` for every path. */
async function registry(t: TestContext, body: object) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pull = (image: string) =>
    pullImage(
      {} as ContainerRuntime,
      { url: () => url, authorization: () => "Basic x" },
      { image, region: "us-west-2", architecture: "amd64" },
    );
  return { seen, pull };
}

for (const image of outside) {
  test(`${image} is rejected, and the registry's credentials are sent nowhere`, async (t) => {
    const { seen, pull } = await registry(t, {});
    await assert.rejects(pull(image), { message: /CannotPullContainerError: .*invalid reference format/ });
    assert.deepEqual(seen, []);
  });
}

test("a manifest whose configuration is no digest leads to no other path", async (t) => {
  const { seen, pull } = await registry(t, { config: { digest: "../../../public" }, layers: [] });
  await assert.rejects(pull("127.0.0.1:4566/app:v1"), { message: /CannotPullContainerError: .*is no digest/ });
  assert.deepEqual(seen, ["/v2/app/manifests/v1"]);
});

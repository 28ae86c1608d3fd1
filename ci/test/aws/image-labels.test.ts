import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { readImageLabels } from "../../lib/aws/image-labels.js";
import { registryAt } from "../../lib/common/aws-names.js";
import { mayLead } from "../../lib/http/redirect.js";
import { httpServer, rawServer } from "../support/loopback.js";

const login = { username: "AWS", password: "hunter2" };
const digest = `sha256:${"a".repeat(64)}`;
const configDigest = `sha256:${"b".repeat(64)}`;
const repository = { registryId: "123456789012", name: "web", uri: "x/web" };
const read = (endpoint: string) => readImageLabels(repository, digest, login, endpoint);
type Thrown = Error & { code: string; exitCode: number };

async function refusal(endpoint: string): Promise<Thrown> {
  const error = await read(endpoint).then(
    () => assert.fail("it was read"),
    (cause: Thrown) => cause,
  );
  assert.equal(error.exitCode, 2, error.stack);
  assert.ok(error.message.includes(new URL(endpoint).host), error.message);
  assert.match(error.message, /GET http.*\/v2\/web\/(manifests|blobs)\/sha256:.*The service was not changed\. /);
  assert.doesNotMatch(error.message, /hunter2|\p{Cc}/u);
  return error;
}

const answers: [what: string, code: string, next: RegExp, (response: ServerResponse) => void][] = [
  ["HTTP 500", "registry-failed", /again in some minutes/, (r) => r.writeHead(500).end("<html>\u001b[2J\n::error::x")],
  ["HTTP 429", "registry-failed", /again in some minutes/, (r) => r.writeHead(429).end()],
  ["HTTP 403", "registry-denied", /Allow ecr:BatchGetImage/, (r) => r.writeHead(403).end("denied")],
  ["HTTP 404", "registry-failed", /publish it under a new version/, (r) => r.writeHead(404).end("{}")],
  ["a page with HTTP 200", "registry-failed", /may be a proxy/, (r) => r.end("<html>Log in</html>")],
  ["a list", "registry-failed", /may be a proxy/, (r) => r.end("[]")],
  ["null", "registry-failed", /may be a proxy/, (r) => r.end("null")],
  ["a connection that breaks", "registry-unreachable", /Check the network/, (r) => void r.socket?.destroy()],
];
for (const [what, code, next, answer] of answers) {
  test(`a registry that answers ${what} ends with exit code 2, the request, the host and the next step`, async (t) => {
    const { origin } = await httpServer(t, (_, response) => answer(response));
    const error = await refusal(origin.origin);
    assert.equal(error.code, code);
    assert.match(error.message, next);
  });
}

test("a registry that cannot be reached, or that does not speak HTTP, is named", async (t) => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  assert.match((await refusal(`http://127.0.0.1:${port}`)).message, /ECONNREFUSED.*VPC endpoints/);
  const { origin } = await rawServer(t, (socket) => socket.end("SSH-2.0-x\r\n"));
  assert.equal((await refusal(origin.origin)).code, "registry-unreachable");
});

test("a blob that fails after its manifest is named", async (t) => {
  const { origin } = await httpServer(t, ({ url }, response) => {
    if (url?.includes("/manifests/")) response.end(JSON.stringify({ config: { digest: configDigest } }));
    else response.writeHead(503).end();
  });
  assert.match((await refusal(origin.origin)).message, /\/v2\/web\/blobs\/sha256:b+ answered HTTP 503/);
});

test("labels that are no strings, and configurations without any, are none", async (t) => {
  let config: unknown;
  const { origin } = await httpServer(t, ({ url }, response) => {
    const isManifest = url?.includes("/manifests/");
    response.end(JSON.stringify(isManifest ? { config: { digest: configDigest } } : config));
  });
  for (config of [{}, { config: null }, { config: { Labels: null } }, { config: { Labels: { a: 1 } } }])
    assert.deepEqual(await read(origin.origin), {});
  config = { config: { Labels: { a: "b" } } };
  assert.deepEqual(await read(origin.origin), { a: "b" });
});

test("the login goes to a registry of AWS and to no other host that ECR's answer may name", async () => {
  for (const uri of [
    "registry.example.com/web",
    "10.0.0.1/web",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.example.com/web",
  ]) {
    await assert.rejects(readImageLabels({ ...repository, uri }, digest, login), {
      code: "foreign-registry",
      exitCode: 2,
      message: /The login was not sent there/,
    });
  }
  for (const host of [
    "123456789012.dkr.ecr.us-west-2.amazonaws.com",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
    "123456789012.dkr-ecr.eu-central-1.on.aws",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
  ])
    assert.ok(registryAt(host), host);
  assert.ok(!registryAt("123456789012.dkr.ecr.us-west-2.amazonaws.eu"));
});

test("a redirect to an address within our own network is not followed", async (t) => {
  for (const location of ["http://10.0.0.1/x", "https://169.254.169.254/latest", "http://example.com/x", "file:///x"]) {
    const { origin } = await httpServer(t, (_, response) => response.writeHead(307, { location }).end());
    assert.match((await refusal(origin.origin)).message, /answered HTTP 307/);
  }
  const from = new URL("https://123456789012.dkr.ecr.us-west-2.amazonaws.com/v2/");
  const leads = (url: string) => mayLead(from, new URL(url));
  assert.ok(leads("https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/x?y=z"));
  for (const url of ["https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://localhost/", "https://[fd00::1]/"])
    assert.ok(!leads(url), url);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { GetAuthorizationTokenCommand, GetDownloadUrlForLayerCommand } from "@aws-sdk/client-ecr";
import { clientsOf, movableClock, registryLogin, send } from "../../../test/local-aws.js";
import { digestOf, uploadLayer } from "./layers.js";
import { assertError, registry } from "./start.js";

test("a request without a login gets a challenge for the service ecr.amazonaws.com", async (t) => {
  const { aws } = await registry(t);
  const response = await send(`${aws.url}/v2/`);
  assertError(response, 401, "UNAUTHORIZED");
  assert.equal(response.headers["www-authenticate"], `Basic realm="${aws.url}/",service="ecr.amazonaws.com"`);
  assert.equal(response.headers["docker-distribution-api-version"], "registry/2.0");
});

test("a login lasts 12 hours", async (t) => {
  const clock = movableClock();
  const { aws, ecr, login } = await registry(t, {}, { clock });
  const started = Date.now();
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const expires = authorizationData?.[0]?.expiresAt?.getTime() ?? 0;
  const issuedAt = expires - 12 * 3600_000;
  assert.ok(issuedAt >= started && issuedAt <= Date.now(), String(issuedAt));
  assert.equal(authorizationData?.[0]?.proxyEndpoint, aws.url);

  clock.offset = 11.9 * 3600_000;
  assert.equal((await send(`${aws.url}/v2/`, { headers: login })).status, 200);
  clock.offset = 12.1 * 3600_000;
  assertError(await send(`${aws.url}/v2/`, { headers: login }), 403, "DENIED", /token has expired\. Reauthenticate/);
});

test("a token that was changed, made up or is of another user name is refused", async (t) => {
  const { aws, login } = await registry(t);
  const token = Buffer.from(login.authorization?.slice("Basic ".length) ?? "", "base64").toString();
  const grant = Buffer.from(JSON.stringify({ accessKeyId: "x", region: "us-west-2", expiresAt: 9e15 })).toString(
    "base64url",
  );
  const wrong = [
    `${token}x`,
    token.replace("AWS:", "admin:"),
    `AWS:${grant}.`,
    `AWS:${grant}.${"A".repeat(43)}`,
    "AWS:",
    "AWS",
  ];
  for (const each of wrong) {
    const headers = { authorization: `Basic ${Buffer.from(each).toString("base64")}` };
    assertError(await send(`${aws.url}/v2/`, { headers }), 401, "UNAUTHORIZED");
  }
});

test("a repository that was not created, and one of another region, are unknown in ECR's words", async (t) => {
  const { aws, login } = await registry(t);
  const unknown = /^The repository with name '[a-z/]+' does not exist in the registry with id '123456789012'$/;
  const begin = { method: "POST", headers: login };
  assertError(await send(`${aws.url}/v2/nope/blobs/uploads/`, begin), 404, "NAME_UNKNOWN", unknown);

  const elsewhere = await registryLogin(clientsOf(aws, undefined, "eu-west-1").ecr);
  const other = await send(`${aws.url}/v2/team/app/tags/list`, { headers: elsewhere });
  assertError(other, 404, "NAME_UNKNOWN", unknown);
});

test("names and digests that climb out of the registry are refused", async (t) => {
  const { aws, base, login } = await registry(t);
  const paths = [
    `${aws.url}/v2/../../etc/tags/list`,
    `${aws.url}/v2/%2e%2e/%2e%2e/etc/tags/list`,
    `${aws.url}/v2/..%2f..%2fetc/tags/list`,
    `${aws.url}/v2/team//app/tags/list`,
    `${aws.url}/v2/Team/app/tags/list`,
    `${base}/blobs/sha256:..%2f..%2f..%2fecr.json`,
    `${base}/blobs/sha256:../../../ecr.json`,
    `${base}/manifests/..%2f..%2fecr.json`,
    `${base}/blobs/uploads/..%2f..%2fecr.json`,
  ];
  for (const path of paths) {
    const response = await send(path, { headers: login });
    assert.ok([400, 404].includes(response.status), `${path}: ${response.status}`);
    assert.ok(Array.isArray(response.json().errors), path);
  }
});

test("an action of ECR that is denied is denied in the registry too", async (t) => {
  const keys = { accessKeyId: "AKIAREADER", secretAccessKey: "secret" };
  const deny = ["ecr:InitiateLayerUpload", "ecr:PutImage"];
  const reader = { ...keys, arn: "arn:aws:iam::123456789012:user/reader", userId: "AIDAREADER", deny };
  const { aws, base } = await registry(t, {}, { principals: [reader] });
  const login = await registryLogin(clientsOf(aws, keys).ecr);
  assert.equal((await send(`${base}/tags/list`, { headers: login })).status, 200);
  const push = await send(`${base}/blobs/uploads/`, { method: "POST", headers: login });
  assertError(
    push,
    403,
    "DENIED",
    /user\/reader is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:/,
  );
});

test("a download link opens the layer that it was made for, for an hour, and nothing else", async (t) => {
  const clock = movableClock();
  const { ecr, base, login } = await registry(t, {}, { clock });
  const [mine, other] = [Buffer.from("mine"), Buffer.from("other")];
  for (const layer of [mine, other]) await uploadLayer(base, login, layer);
  const link = await ecr.send(
    new GetDownloadUrlForLayerCommand({ repositoryName: "team/app", layerDigest: digestOf(mine) }),
  );
  const url = link.downloadUrl ?? "";
  assert.equal((await send(url)).body.toString(), "mine");
  assertError(await send(url.replace(digestOf(mine), digestOf(other))), 403, "DENIED");
  assertError(await send(url, { method: "DELETE" }), 403, "DENIED");
  clock.offset = 3601_000;
  assertError(await send(url), 403, "DENIED", /expired/);
});

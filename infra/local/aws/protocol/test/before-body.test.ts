import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { SignatureV4 } from "@smithy/signature-v4";
import type { LocalAws } from "../../server.js";
import { localAws, send } from "../../test/local-aws.js";
import { Sha256 } from "../hash.js";

interface Wanted {
  service: string;
  region?: string;
  headers?: Record<string, string>;
  body?: string;
  path?: string;
  method?: string;
  accessKeyId?: string;
}

/** Signs a request with the local AWS's key, for any service, region and headers. */
async function signed(aws: LocalAws, wanted: Wanted) {
  const { service, region = "us-west-2", body = "", path = "/", method = "POST" } = wanted;
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: wanted.accessKeyId ?? aws.credentials.AccessKeyId,
      secretAccessKey: aws.credentials.SecretAccessKey,
    },
    region,
    service,
    sha256: Sha256,
  });
  const headers = { host: `127.0.0.1:${aws.port}`, "content-length": String(body.length), ...wanted.headers };
  const request = { method, protocol: "http:", hostname: "127.0.0.1", path, query: {}, headers, body };
  return { method, headers: (await signer.sign(request)).headers, body };
}

test("a request with an invented credential is refused before its body comes", async (t) => {
  const { aws } = await localAws(t);
  const { headers } = await signed(aws, { service: "ecr", accessKeyId: "AKIAINVENTED", body: "Action=x" });
  const announced = { ...headers, "content-length": String(32 << 20) };
  const call = httpRequest(aws.url, { method: "POST", headers: announced, agent: false });
  call.on("error", () => undefined);
  call.flushHeaders();
  // Not a byte of the body is sent: the answer depends on none.
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    call.on("response", (response) =>
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject),
    );
  });
  call.destroy();
  assert.equal(answer.status, 403);
  assert.match(answer.body, /<Code>InvalidClientTokenId<\/Code>/);
});

test("a form is read up to 256 KiB", async (t) => {
  const { aws } = await localAws(t);
  const form = (size: number) => `Action=GetCallerIdentity&Version=2011-06-15&Padding=${"x".repeat(size)}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const [size, status] of [
    [1_000, 200],
    [300_000, 413],
  ] as const) {
    const request = await signed(aws, { service: "sts", headers, body: form(size) });
    assert.equal((await send(aws.url, request)).status, status);
  }
  const ofEcr = await signed(aws, { service: "ecr", headers, body: form(300_000) });
  assert.equal((await send(aws.url, ofEcr)).status, 413);
});

test("a form of many names is read in a time that grows with its length", async (t) => {
  const { aws } = await localAws(t);
  const body = `Action=GetCallerIdentity&${"a&".repeat(100_000)}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await send(aws.url, await signed(aws, { service: "sts", headers, body }))).status, 200);
});

test("what is no region is refused, and nothing is kept under its name", async (t) => {
  const { aws, lines } = await localAws(t);
  const before = Object.getOwnPropertyNames(Object.prototype);
  const regions = [
    "__proto__",
    "constructor",
    "",
    "us",
    "us-west",
    "US-WEST-2",
    "us-west-2 ",
    "us_west_2",
    "x".repeat(999),
  ];
  for (const region of regions) {
    for (const [service, target] of [
      ["events", "AWSEvents.PutRule"],
      ["ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"],
    ] as const) {
      const body = JSON.stringify({ Name: "polluted", ScheduleExpression: "rate(1 day)" });
      const request = await signed(aws, { service, region, headers: { "x-amz-target": target }, body });
      const answer = await send(aws.url, request);
      assert.equal(answer.status, 400, region);
      assert.equal(answer.json().__type, "InvalidSignatureException", region);
    }
    const schedule = JSON.stringify({ ScheduleExpression: "rate(1 day)", FlexibleTimeWindow: { Mode: "OFF" } });
    const path = "/schedules/polluted";
    const request = await signed(aws, { service: "scheduler", region, path, body: schedule });
    assert.equal((await send(`${aws.url}${path}`, request)).status, 400, region);
  }
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.deepEqual(lines, []);
});

test("regions of all partitions are taken", async (t) => {
  const { aws } = await localAws(t);
  for (const region of ["us-gov-west-1", "cn-northwest-1", "eusc-de-east-1", "us-isob-east-1", "ap-southeast-12"]) {
    const headers = { "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories" };
    const request = await signed(aws, { service: "ecr", region, headers, body: "{}" });
    assert.equal((await send(aws.url, request)).status, 200, region);
  }
});

test("targets and headers that nothing expects are answered as the caller's mistake", async (t) => {
  const { aws, lines } = await localAws(t);
  const target = { "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories" };
  for (const wanted of [
    { service: "scheduler", path: "/schedules/%ff", method: "GET" },
    { service: "scheduler", path: "//", method: "GET" },
    { service: "constructor", headers: target },
    { service: "__proto__", body: "Action=GetCallerIdentity" },
    { service: "ecr", headers: { "x-amz-target": "constructor.constructor" } },
    { service: "ecr", headers: { "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.constructor" } },
    { service: "sts", body: "Action=constructor" },
    { service: "sts", body: "Action=__proto__&constructor=1" },
  ]) {
    const answer = await send(`${aws.url}${wanted.path ?? "/"}`, await signed(aws, wanted));
    assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(wanted)}: ${answer.status}`);
  }
  const headers = { ...target, constructor: "c", tostring: "t" };
  const inherited = await signed(aws, { service: "ecr", headers, body: "{}" });
  assert.equal((await send(aws.url, inherited)).status, 200);
  assert.equal((await send(aws.url, { method: "POST", headers: { ...target, constructor: "c" } })).status, 400);
  assert.deepEqual(lines, []);
});

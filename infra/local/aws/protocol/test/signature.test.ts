import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import { clientsOf, localAws, movableClock, type RawResponse, send } from "../../test/local-aws.js";

interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** Returns the client's signed request without sending it. */
async function signed(client: ECRClient | STSClient, command: unknown): Promise<Signed> {
  let caught: Signed | undefined;
  client.config.requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: {
      method: string;
      headers: Record<string, string>;
      body: string;
      hostname: string;
      port: number;
    }) {
      const url = `http://${request.hostname}:${request.port}/`;
      caught = { url, method: request.method, headers: request.headers, body: request.body };
      throw new Error("caught");
    },
  } as never;
  await assert.rejects((client as ECRClient).send(command as never), /caught/);
  assert.ok(caught);
  return caught;
}

function sendSigned({ url, ...request }: Signed): Promise<RawResponse> {
  return send(url, request);
}

function assertRefused(response: RawResponse, code: string, message: RegExp): void {
  assert.equal(response.status, 400);
  assert.equal(response.headers["x-amzn-errortype"], code);
  assert.equal(response.json().__type, code);
  assert.match(String(response.json().message), message);
}

async function describeRequest(t: TestContext, options = {}) {
  const { aws, ecr } = await localAws(t, options);
  return { aws, request: await signed(ecr, new DescribeRepositoriesCommand({})) };
}

test("a request is taken as it was signed", async (t) => {
  const { request } = await describeRequest(t);
  assert.equal((await sendSigned(request)).status, 200);
});

test("a request with another body than the one that was signed is refused", async (t) => {
  const { request } = await describeRequest(t);
  const body = '{"maxResults":1}';
  const headers: Record<string, string> = { ...request.headers, "content-length": String(body.length) };
  const tampered = { ...request, body, headers };
  const refusal = /does not match the signature you provided/;
  assertRefused(await sendSigned(tampered), "InvalidSignatureException", refusal);
  headers["x-amz-content-sha256"] = createHash("sha256").update(body).digest("hex");
  assertRefused(await sendSigned(tampered), "InvalidSignatureException", refusal);
});

test("unsigned and streamed payloads are refused", async (t) => {
  const { request } = await describeRequest(t);
  for (const hash of ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]) {
    const changed = { ...request, headers: { ...request.headers, "x-amz-content-sha256": hash } };
    assertRefused(await sendSigned(changed), "InvalidSignatureException", /x-amz-content-sha256/);
  }
});

test("a request for another operation than the one that was signed is refused", async (t) => {
  const { request } = await describeRequest(t);
  const target = "AmazonEC2ContainerRegistry_V20150921.DescribeRegistry";
  const changed = { ...request, headers: { ...request.headers, "x-amz-target": target } };
  assertRefused(await sendSigned(changed), "InvalidSignatureException", /does not match/);
});

test("a target that is not under the signature is refused", async (t) => {
  const { request } = await describeRequest(t);
  const authorization = request.headers.authorization?.replace(";x-amz-target", "") ?? "";
  const changed = { ...request, headers: { ...request.headers, authorization } };
  assertRefused(await sendSigned(changed), "InvalidSignatureException", /'x-amz-target' must be a 'SignedHeader'/);
});

test("a request is refused 15 minutes after and before its time", async (t) => {
  const clock = movableClock();
  const { request } = await describeRequest(t, { clock });
  clock.offset = 14 * 60_000;
  assert.equal((await sendSigned(request)).status, 200);
  clock.offset = 16 * 60_000;
  assertRefused(
    await sendSigned(request),
    "InvalidSignatureException",
    /^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)$/,
  );
  clock.offset = -16 * 60_000;
  assertRefused(await sendSigned(request), "InvalidSignatureException", /^Signature not yet current: /);
});

test("a signature made for another service is refused", async (t) => {
  const { aws, request } = await describeRequest(t);
  const sts = await signed(clientsOf(aws).sts, new GetCallerIdentityCommand({}));
  const headers = { ...sts.headers, "x-amz-target": request.headers["x-amz-target"] ?? "" };
  const response = await sendSigned({ ...sts, headers });
  assertRefused(response, "InvalidSignatureException", /x-amz-target/);
});

test("a form is taken for STS only when it was signed for STS", async (t) => {
  const { request } = await describeRequest(t);
  const { "x-amz-target": _, ...headers } = request.headers;
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const response = await sendSigned({
    ...request,
    headers: { ...headers, "content-length": String(body.length) },
    body,
  });
  assert.equal(response.status, 403);
  assert.match(response.body.toString(), /<Code>SignatureDoesNotMatch<\/Code>/);
});

test("an unknown key, a wrong secret and a missing signature have different errors", async (t) => {
  const { aws, request } = await describeRequest(t);
  const { AccessKeyId, SecretAccessKey } = aws.credentials;
  const call = (accessKeyId: string, secretAccessKey: string) =>
    clientsOf(aws, { accessKeyId, secretAccessKey }).ecr.send(new DescribeRepositoriesCommand({}));
  await assert.rejects(call("AKIAUNKNOWN", SecretAccessKey), {
    name: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  });
  await assert.rejects(call(AccessKeyId, "wrong"), { name: "InvalidSignatureException" });
  const { authorization: _, ...headers } = request.headers;
  assertRefused(
    await sendSigned({ ...request, headers }),
    "MissingAuthenticationTokenException",
    /Missing Authentication Token/,
  );
});

test("STS names the same refusals in its own way", async (t) => {
  const { aws } = await localAws(t);
  const { AccessKeyId, SecretAccessKey } = aws.credentials;
  const call = (accessKeyId: string, secretAccessKey: string) =>
    clientsOf(aws, { accessKeyId, secretAccessKey }).sts.send(new GetCallerIdentityCommand({}));
  await assert.rejects(call("AKIAUNKNOWN", SecretAccessKey), { name: "InvalidClientTokenId" });
  await assert.rejects(call(AccessKeyId, "wrong"), { name: "SignatureDoesNotMatch" });
});

test("temporary credentials need their session token and end at their time", async (t) => {
  const clock = movableClock();
  const keys = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };
  const principal = {
    ...keys,
    arn: "arn:aws:sts::123456789012:assumed-role/deploy/ci",
    userId: "AROA:ci",
    expiresAt: Date.now() + 3600_000,
  };
  const { aws } = await localAws(t, { clock, principals: [principal] });

  const caller = await clientsOf(aws, keys).sts.send(new GetCallerIdentityCommand({}));
  assert.equal(caller.Arn, principal.arn);
  const { accessKeyId, secretAccessKey } = keys;
  const without = clientsOf(aws, { accessKeyId, secretAccessKey }).ecr;
  await assert.rejects(without.send(new DescribeRepositoriesCommand({})), { name: "UnrecognizedClientException" });

  const late = await signed(clientsOf(aws, keys).ecr, new DescribeRepositoriesCommand({}));
  principal.expiresAt = Date.now() - 1;
  assertRefused(await sendSigned(late), "ExpiredTokenException", /is expired$/);
});

test("a caller with a denied action gets AWS's error for it, and all others are allowed", async (t) => {
  const keys = { accessKeyId: "AKIADENIED", secretAccessKey: "secret" };
  const principal = {
    ...keys,
    arn: "arn:aws:iam::123456789012:user/denied",
    userId: "AIDADENIED",
    deny: ["ecr:CreateRepository"],
  };
  const { aws } = await localAws(t, { principals: [principal] });
  const { ecr } = clientsOf(aws, keys);
  await assert.rejects(ecr.send(new CreateRepositoryCommand({ repositoryName: "app" })), {
    name: "AccessDeniedException",
    message:
      "User: arn:aws:iam::123456789012:user/denied is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:us-west-2:123456789012:repository/app with an explicit deny in an identity-based policy",
  });
  assert.deepEqual((await ecr.send(new DescribeRepositoriesCommand({}))).repositories, []);
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { assumed } from "../../lib/aws/assume-role.js";

const arn = "arn:aws:iam::210987654321:role/deploy";
const login = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" };

async function sts(t: TestContext, status: number, body: string) {
  const requests: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    response.writeHead(status, { "content-type": "text/xml" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, base: { region: "us-west-2", login, endpoint } };
}

test("a role is assumed with its external id, and its credentials are returned with the time they expire", async (t) => {
  const issued =
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
  const { requests, base } = await sts(t, 200, issued);
  assert.deepEqual(await assumed({ arn, externalId: "x1" }, base)(), {
    accessKeyId: "ASIA1",
    secretAccessKey: "s",
    sessionToken: "t",
    expiration: new Date("2026-01-01T00:00:00Z"),
  });
  const { RoleArn, ExternalId, RoleSessionName } = Object.fromEntries(requests[0] ?? []);
  assert.deepEqual([RoleArn, ExternalId, RoleSessionName], [arn, "x1", "slipway"]);
});

test("a role that may not be assumed is refused by its ARN, with the permission and the trust that it needs", async (t) => {
  const denied =
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>";
  const { base } = await sts(t, 403, denied);
  await assert.rejects(assumed(arn, base)(), {
    code: "role-refused",
    exitCode: 2,
    message: /may not assume arn:aws:iam::210987654321:role\/deploy .*sts:AssumeRole.*trust policy/,
  });
});

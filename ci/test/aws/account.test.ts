import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { checkAccount } from "../../lib/aws/account.js";
import { createAws } from "../../lib/aws/clients.js";
import { parseTarget, type Target } from "../../lib/config/target.js";
import { statedTarget } from "../../lib/ecs/resolve-target.js";

const path = new URL("../../../infra/targets/production.json", import.meta.url);
const target = statedTarget(parseTarget(readFileSync(path, "utf8"), "production.json")) as Target;
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves an STS on loopback that answers every request with `body`, and checks the account against it. */
async function check(status: number, body: string): Promise<void> {
  server = createServer((_, response) => {
    response.writeHead(status, { "content-type": "text/xml" }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  await checkAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function checkAt(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "hush" };
  const aws = createAws({ region: target.region, credentials, endpoint });
  try {
    await checkAccount(aws, target, endpoint);
  } finally {
    aws.sts.destroy();
  }
}

const identity = (account: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::${account}:user/deployer</Arn><UserId>AIDA</UserId><Account>${account}</Account>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;

const fault = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

test("credentials of the target's account are good", () => check(200, identity(target.account)));

test("credentials of another account are refused, naming both", async () => {
  await assert.rejects(check(200, identity("210987654321")), {
    code: "wrong-account",
    exitCode: 2,
    message: /210987654321 \(arn:aws:iam::210987654321:user\/deployer\).*target is account 123456789012/,
  });
});

for (const [code, says] of [
  ["ExpiredToken", /expired.*Log in again/],
  ["InvalidClientTokenId", /access key id is unknown/],
  ["SignatureDoesNotMatch", /secret access key does not belong/],
] as const) {
  test(`credentials that AWS refuses with ${code} are refused with what to do`, async () => {
    await assert.rejects(check(403, fault(code)), { code: "refused-credentials", message: says });
  });
}

test("an STS that does not answer is an error that names its address", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await assert.rejects(checkAt(`http://127.0.0.1:${port}`), {
    code: "unreachable",
    message: new RegExp(`^http://127\\.0\\.0\\.1:${port} does not answer`),
  });
});

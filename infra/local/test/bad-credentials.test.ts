import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Principal } from "../aws/index.js";
import { keys, openEnvironment, refused, type TestEnvironment } from "./support/environment.js";

const secret = "hunter22hunter22";
const stranger: Principal = {
  accessKeyId: "AKIASTRANGER00000001",
  secretAccessKey: secret,
  arn: "arn:aws:iam::999999999999:user/stranger",
  userId: "AIDASTRANGER00000001",
};
const expired: Principal = {
  accessKeyId: "ASIAEXPIRED000000001",
  secretAccessKey: secret,
  sessionToken: `token-${secret}`,
  expiresAt: 0,
  arn: "arn:aws:sts::123456789012:assumed-role/deploy/ada",
  userId: "AROAEXPIRED000000001:ada",
};
const reader: Principal = {
  accessKeyId: "AKIAREADER0000000001",
  secretAccessKey: secret,
  arn: "arn:aws:iam::123456789012:user/reader",
  userId: "AIDAREADER0000000001",
  deny: ["ecr:GetAuthorizationToken"],
};

let environment: TestEnvironment;

before(async () => {
  environment = await openEnvironment({ principals: [stranger, expired, reader] });
});
after(() => environment.close());

/** Deploys with what the variable KEYS holds; when it is undefined, with the variable unset. */
async function deployWith(value: string | undefined, message: RegExp, exitCode = 2): Promise<void> {
  const aws = environment.url.replace("http", "tcp");
  const args = ["--aws", aws, "--credentials", "env://KEYS", "deploy", "--version", "v1.2.3"];
  const refusal = await refused(
    environment,
    args,
    { message, exitCode },
    value === undefined ? {} : { env: { KEYS: value } },
  );
  assert.doesNotMatch(refusal, /hunter22/);
}

test("a variable that is not set is named", async () => {
  await deployWith(
    undefined,
    /could not be read: .*env:\/\/KEYS can't be read: the variable KEYS is not set\. Nothing was changed\. Check what --credentials names/,
  );
});

test("empty credentials are refused with what is accepted", async () => {
  await deployWith("", /^The credentials are empty\. .*Accepted: the JSON of `aws configure export-credentials` or /m);
});

test("credentials that are cut off are refused without being shown", async () => {
  await deployWith(
    `{"AccessKeyId": "AKIA1", "SecretAccessKey": "${secret}`,
    /^Cannot read the credentials\. They begin as JSON and are not valid JSON: copy them whole\. Accepted: /m,
  );
});

test("credentials that lack a part are refused by its name", async () => {
  const message = /^Cannot read the credentials\. AccessKeyId: missing\. Accepted: /m;
  await deployWith(JSON.stringify({ Version: 1, SecretAccessKey: secret }), message);
});

test("credentials with an expiration in the past are refused before a call", async () => {
  const expired = { AccessKeyId: "ASIA1", SecretAccessKey: secret, Expiration: "2020-01-01T00:00:00Z" };
  await deployWith(JSON.stringify(expired), /^The credentials expired at 2020-01-01T00:00:00\.000Z\. Log in again, /m);
});

test("credentials that AWS calls expired are refused with how to get new ones", async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = expired;
  const message = /does not accept the credentials \(ExpiredToken\): they have expired\. Log in again, /;
  await deployWith(keys(accessKeyId, secretAccessKey, sessionToken), message);
});

test("an unknown access key is refused", async () => {
  const message = /does not accept the credentials \(InvalidClientTokenId\): the access key id is unknown, or /;
  await deployWith(keys("AKIANOBODY0000000001", secret), message);
});

test("a secret key of another access key is refused", async () => {
  const message =
    /does not accept the credentials \(SignatureDoesNotMatch\): the secret access key does not belong to /;
  await deployWith(keys(stranger.accessKeyId, `${secret}!`), message);
});

test("credentials of another account are refused with both accounts", async () => {
  const message =
    /belong to account 999999999999 \(arn:aws:iam::9{12}:user\/stranger\), and the target is account 123456789012\./;
  await deployWith(keys(stranger.accessKeyId, secret), message);
});

test("credentials that may not publish are refused with the permission that they lack", async () => {
  const message =
    /^The credentials may not perform ecr:GetAuthorizationToken\. Allow it in the IAM policy of the role or /m;
  await deployWith(keys(reader.accessKeyId, secret), message);
});

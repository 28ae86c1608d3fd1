import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCredentials } from "../../src/aws/credentials.js";

const now = Date.parse("2026-01-01T12:00:00Z");
const exported = {
  Version: 1,
  AccessKeyId: "AKIDEXAMPLE",
  SecretAccessKey: "hush/hush+hush=",
  SessionToken: "token",
  Expiration: "2026-01-01T13:00:00+00:00",
};
const parsed = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "hush/hush+hush=",
  sessionToken: "token",
  expiration: new Date("2026-01-01T13:00:00Z"),
};

test("the JSON of `aws configure export-credentials` is read", () => {
  assert.deepEqual(parseCredentials(`\n${JSON.stringify(exported, null, 2)}\n`, now), parsed);
});

test("long-lived keys have neither session token nor end", () => {
  const { SessionToken, Expiration, ...keys } = exported;
  assert.ok(SessionToken && Expiration);
  assert.deepEqual(parseCredentials(JSON.stringify(keys), now), {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "hush/hush+hush=",
  });
});

test("AWS_…= lines are read as any format of `export-credentials` writes them", () => {
  const lines = (prefix: string, quote: string) =>
    [
      "# a comment",
      `${prefix}AWS_ACCESS_KEY_ID=${quote}AKIDEXAMPLE${quote}`,
      `${prefix}AWS_SECRET_ACCESS_KEY=${quote}hush/hush+hush=${quote}`,
      `${prefix}AWS_SESSION_TOKEN=${quote}token${quote}`,
      `${prefix}AWS_CREDENTIAL_EXPIRATION=${quote}2026-01-01T13:00:00+00:00${quote}`,
      `${prefix}AWS_REGION=${quote}us-west-2${quote}`,
    ].join("\r\n");
  for (const text of [lines("", ""), lines("export ", ""), lines("", '"'), lines("export ", "'")]) {
    assert.deepEqual(parseCredentials(text, now), parsed);
  }
});

test("an empty session token is none", () => {
  const text = "AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=B\nAWS_SESSION_TOKEN=\n";
  assert.deepEqual(parseCredentials(text, now), { accessKeyId: "A", secretAccessKey: "B" });
});

test("expired credentials are refused with the time at which they ended", () => {
  assert.throws(() => parseCredentials(JSON.stringify(exported), now + 3_600_000), {
    code: "expired-credentials",
    message: /expired at 2026-01-01T13:00:00.000Z/,
  });
});

test("empty credentials are refused", () => {
  assert.throws(() => parseCredentials(" \n", now), { code: "no-credentials", message: /AWS_ACCESS_KEY_ID=…/ });
});

const broken: [string, string, RegExp][] = [
  [
    "a missing secret key",
    JSON.stringify({ ...exported, SecretAccessKey: undefined }),
    /missing or invalid SecretAccessKey/,
  ],
  [
    "an expiration that is no time",
    JSON.stringify({ ...exported, Expiration: "hush" }),
    /missing or invalid Expiration/,
  ],
  [
    "a value that is no text",
    JSON.stringify({ ...exported, AccessKeyId: { hush: 1 } }),
    /missing or invalid AccessKeyId/,
  ],
  ["JSON that is cut off", JSON.stringify(exported).slice(0, -5), /begin like JSON/],
  ["lines without keys", "hush=hush\nAWS_ACCESS_KEY_ID=AKID", /missing or invalid SecretAccessKey/],
];

for (const [what, text, message] of broken) {
  test(`${what} is named, and no value is shown`, () => {
    assert.throws(
      () => parseCredentials(text, now),
      (error: Error & { code: string }) =>
        error.code === "bad-credentials" && message.test(error.message) && !/hush|AKID/.test(error.message),
    );
  });
}

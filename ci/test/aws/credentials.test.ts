import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCredentials } from "../../lib/aws/credentials.js";

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

const keys = {
  id: "ASIAIOSFODNN7EXAMPLE",
  secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  token: "IQoJb3JpZ2luX2VjEXAMPLE==",
};
const { id, secret, token } = keys;
const credentials = { accessKeyId: id, secretAccessKey: secret, sessionToken: token };
const json = { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token };
const each = (line: (name: string, value: string) => string, end = "\n") =>
  [
    ["AWS_ACCESS_KEY_ID", id],
    ["AWS_SECRET_ACCESS_KEY", secret],
    ["AWS_SESSION_TOKEN", token],
  ]
    .map(([name = "", value = ""]) => `${line(name, value)}${end}`)
    .join("");

const formats: [string, string][] = [
  ["PowerShell's $Env: assignments", each((name, value) => `$Env:${name}="${value}"`, "\r\n")],
  ["PowerShell's assignments with spaces", each((name, value) => `$env:${name} = '${value}'`)],
  ["cmd's set lines", each((name, value) => `set ${name}=${value}`, "\r\n")],
  ["the access portal's SET lines", each((name, value) => `SET ${name}=${value}`, "\r\n")],
  ["cmd's set lines with the assignment in quotes", each((name, value) => `set "${name}=${value}"`)],
  ["cmd's setx lines", each((name, value) => `setx ${name} "${value}"`)],
  ["fish's set -gx lines", each((name, value) => `set -gx ${name} ${value}`)],
  ["fish's set --export --global lines", each((name, value) => `set --export --global ${name} '${value}';`)],
  ["csh's setenv lines", each((name, value) => `setenv ${name} ${value}`)],
  ["Nushell's $env. assignments", each((name, value) => `$env.${name} = "${value}"`)],
  ["what export -p prints", each((name, value) => `declare -x ${name}="${value}"`)],
  ["lines of YAML", each((name, value) => `  ${name}: ${value}`)],
  ["assignments before a command in one line", `env ${each((name, value) => `${name}=${value}`, " ")}`],
  ["exports in one line", each((name, value) => `export ${name}="${value}"`, "; ")],
  ["docker's -e options in one line", `docker run ${each((name, value) => `-e ${name}=${value}`, " ")}`],
  ["an older tool's names", `aws_access_key=${id}\naws_secret_key=${secret}\naws_security_token=${token}`],
  ["one profile of a credentials file", `[default]\n${each((name, value) => `${name.toLowerCase()} = ${value}`)}`],
  [
    "a profile beside profiles without keys",
    `[default]\nregion = us-west-2\n\n[deploy]\n${each((name, value) => `${name.toLowerCase()}=${value}`)}`,
  ],
  ["sts assume-role", JSON.stringify({ Credentials: json, AssumedRoleUser: { Arn: "arn" } }, null, 4)],
  [
    "sso get-role-credentials",
    JSON.stringify({ roleCredentials: { accessKeyId: id, secretAccessKey: secret, sessionToken: token } }),
  ],
  ["the instance metadata", JSON.stringify({ Code: "Success", ...json, SessionToken: undefined, Token: token })],
  ["JSON in quotes", `'${JSON.stringify(json)}'`],
  ["an empty Expiration", JSON.stringify({ ...json, Expiration: "" })],
  ["an Expiration of null", JSON.stringify({ ...json, Expiration: null })],
];
for (const [what, text] of formats) {
  test(`credentials are read from ${what}`, () => assert.deepEqual(parseCredentials(text, now), credentials));
}

test("a new access key is read as IAM's commands print it and as IAM's console saves it", () => {
  const longTerm = { accessKeyId: id, secretAccessKey: secret };
  const command = { AccessKey: { UserName: "deploy", AccessKeyId: id, Status: "Active", SecretAccessKey: secret } };
  assert.deepEqual(parseCredentials(JSON.stringify(command), now), longTerm);
  assert.deepEqual(parseCredentials(`\ufeffAccess key ID,Secret access key\r\n${id},${secret}\r\n`, now), longTerm);
});

const stray: [string, (text: string) => string][] = [
  ["a byte order mark before it", (text) => `\ufeff${text}`],
  ["a NUL beside each character, as UTF-16 leaves them", (text) => `\ufffd\ufffd${[...text].join("\0")}\0`],
  ["a zero-width space in each value", (text) => text.replaceAll("EXAMPLE", "EXAM\u200bPLE")],
  ["a soft hyphen in each value", (text) => text.replaceAll("EXAMPLE", "EXAM\u00adPLE")],
  ["no-break spaces around values", (text) => text.replace(id, `\u00a0${id}\u00a0`)],
  ["a line break in each value, as a narrow terminal leaves it", (text) => text.replaceAll("EXAMPLE", "EXAM\nPLE")],
  ["a carriage return and a line break in each value", (text) => text.replaceAll("EXAMPLE", "EXAM\r\nPLE")],
  ["lone carriage returns as line ends", (text) => text.replaceAll("\n", "\r")],
  ["a line break at the end of a value", (text) => text.replace(id, `${id}\n`)],
  ["typographic quotes around values", (text) => text.replace(secret, `\u201c${secret}\u201d`)],
];
const bases = {
  JSON: JSON.stringify(json, null, 2),
  "JSON with escapes": JSON.stringify({ ...json, AccessKeyId: `${id}\n`, SessionToken: ` ${token}\r\n` }),
  lines: each((name, value) => `${name}=${value}`),
};
for (const [what, change] of stray) {
  for (const [kind, base] of Object.entries(bases)) {
    // A lone carriage return is not allowed inside a JSON string.
    test(`${kind} with ${what} are read`, () => assert.deepEqual(parseCredentials(change(base), now), credentials));
  }
}

test("the time at which they expire is read as SSO gives it, in milliseconds since the epoch", () => {
  const roleCredentials = { accessKeyId: id, secretAccessKey: secret, sessionToken: token, expiration: now + 60_000 };
  const { expiration } = parseCredentials(JSON.stringify({ roleCredentials }), now);
  assert.deepEqual(expiration, new Date(now + 60_000));
});

const broken: [string, string, RegExp][] = [
  ["a missing secret key", JSON.stringify({ ...exported, SecretAccessKey: undefined }), /SecretAccessKey: missing/],
  ["an expiration that is no time", JSON.stringify({ ...exported, Expiration: "hush" }), /Expiration: not a date/],
  ["a value that is no string", JSON.stringify({ ...exported, AccessKeyId: { hush: 1 } }), /AccessKeyId: not a string/],
  ["JSON that is cut off", JSON.stringify(exported).slice(0, -5), /begin as JSON/],
  ["lines without keys", "hush=hush\nAWS_ACCESS_KEY_ID=AKID", /SecretAccessKey: missing/],
  ["a space in a value", JSON.stringify({ ...exported, SecretAccessKey: "hu sh" }), /SecretAccessKey: character 3 is/],
  ["a letter with an accent", JSON.stringify({ ...exported, SessionToken: "hushé" }), /SessionToken: character 5 is/],
  ["a key id of two", JSON.stringify({ ...exported, AccessKeyId: "AKID,hush" }), /AccessKeyId: character 5 is/],
  ["a comment after a value", "AWS_ACCESS_KEY_ID=AKID # hush\nAWS_SECRET_ACCESS_KEY=hush", /AccessKeyId: character 5/],
  ["a field with two values", "AWS_ACCESS_KEY_ID=AKID\nAWS_ACCESS_KEY_ID=AKIE", /AccessKeyId is there twice/],
  [
    "a profile without keys",
    "[deploy]\nsso_session = hush\nrole_arn = hush",
    /AccessKeyId: missing; SecretAccessKey: missing/,
  ],
  [
    "a file of several profiles",
    "[default]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n[dev]\naws_access_key_id = AKIB\naws_secret_access_key = hush2",
    /2 profiles \("default", "dev"\), and one is needed/,
  ],
  ["what is far too long", "hush".repeat(20_000), /longer than 65536 characters/],
  ["what is no credentials", "hush", /AccessKeyId: missing; SecretAccessKey: missing/],
];

for (const [what, text, message] of broken) {
  test(`${what} is refused with exit code 2, and no value is shown`, () => {
    assert.throws(
      () => parseCredentials(text, now),
      (error: Error & { code: string; exitCode: number }) =>
        error.code === "bad-credentials" &&
        error.exitCode === 2 &&
        message.test(error.message) &&
        !/hush|AKI/.test(error.message),
    );
  });
}

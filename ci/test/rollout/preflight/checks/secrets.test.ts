import assert from "node:assert/strict";
import { test } from "node:test";
import { type SecretFacts, secrets } from "../../../../lib/rollout/preflight/checks/secrets.js";
import { facts, inShort } from "../../../support/facts.js";

const db: Omit<SecretFacts, "state"> = { taker: "DB of app", valueFrom: "arn:db", store: "secretsmanager" };
const judged = (state: SecretFacts["state"], more: Partial<SecretFacts> = {}) =>
  secrets(facts({ secrets: [{ ...db, state, ...more }] }));

test("a task without secrets needs no check, and existing secrets are fine", () => {
  assert.deepEqual(secrets(facts()), []);
  assert.deepEqual(judged({ value: "there" }), []);
});

const errors = [
  ["missing", "secretsmanager", /there is no such secret/, /^Create the secret/],
  ["missing", "ssm", /there is no such parameter/, /^Create the parameter/],
  ["being-deleted", "secretsmanager", /is to be deleted/, /restore-secret/],
  ["no-such-version", "secretsmanager", /no such version/, /put-secret-value/],
] as const;
for (const [value, store, what, fix] of errors) {
  test(`of ${store} what is ${value} is an error that names the variable and the ARN`, () => {
    const findings = judged({ value }, { store });
    assert.deepEqual(inShort(findings), ["error secrets"]);
    assert.match(String(findings[0]?.what), /^DB of app takes arn:db, /);
    assert.match(String(findings[0]?.what), what);
    assert.match(String(findings[0]?.fix), fix);
  });
}

test("secrets that may not be read are not checked, never fine: one finding for one reason, with the action to allow", () => {
  const denied = { unknown: "secretsmanager:DescribeSecret is not permitted" };
  const file = { unknown: "files in S3 are not looked for" };
  const findings = secrets(
    facts({
      secrets: [
        { ...db, state: denied },
        { ...db, taker: "KEY of app", valueFrom: "arn:key", state: denied },
        { ...db, taker: "an environment file of app", valueFrom: "arn:file", store: "s3", state: file },
      ],
    }),
  );
  assert.deepEqual(inShort(findings), ["not-checked secrets", "not-checked secrets"]);
  assert.match(
    String(findings[0]?.what),
    /DB of app \(arn:db\), KEY of app \(arn:key\): secretsmanager:DescribeSecret is/,
  );
  assert.match(String(findings[1]?.what), /an environment file of app \(arn:file\): files in S3/);
  assert.match(String(findings[0]?.fix), /Allow secretsmanager:DescribeSecret/);
});

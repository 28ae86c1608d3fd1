import assert from "node:assert/strict";
import { test } from "node:test";
import { deployed, failureOf, rolledBack } from "./support/dagger.js";
import { play } from "./support/play.js";

const secrets = {
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjEXAMPLE//////////token",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "eyJhbGciOiJSUzI1NiIsEXAMPLE",
};

test("secrets of the job reach the call by its environment alone, and nothing that the step writes", async () => {
  const text = Object.values(secrets).join(" ");
  const report = { ...rolledBack, reason: text, log: { ...rolledBack.log, lines: [text] } };
  const env = { ...secrets, AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" };
  const run = await play({}, { exitCode: 3, stderr: `${text}\n${failureOf(report)}` }, { env });
  for (const secret of Object.values(secrets)) {
    assert.ok(!run.all.includes(secret), secret);
    assert.ok(!run.called.args.join(" ").includes(secret));
  }
  assert.ok(run.called.args.includes("--credentials=env://SLIPWAY_ACTION_CREDENTIALS"));
  assert.deepEqual(JSON.parse(run.called.env.SLIPWAY_ACTION_CREDENTIALS ?? ""), {
    Version: 1,
    AccessKeyId: "AKIAIOSFODNN7EXAMPLE",
    SecretAccessKey: secrets.AWS_SECRET_ACCESS_KEY,
    SessionToken: secrets.AWS_SESSION_TOKEN,
  });
});

test("the role that the action assumed comes before the job's credentials, and its keys stay out of what is written", async () => {
  const steps = {
    "aws.aws-access-key-id": "ASIAROLE",
    "aws.aws-secret-access-key": "role-secret-access-key",
    "aws.aws-session-token": "role-session-token",
  };
  const env = { AWS_ACCESS_KEY_ID: "AKIAJOB", AWS_SECRET_ACCESS_KEY: secrets.AWS_SECRET_ACCESS_KEY };
  const stderr = `role-secret-access-key role-session-token\n${failureOf(rolledBack)}`;
  const run = await play({ role: "arn:aws:iam::123456789012:role/deploy" }, { exitCode: 3, stderr }, { env, steps });
  assert.equal(JSON.parse(run.called.env.SLIPWAY_ACTION_CREDENTIALS ?? "").AccessKeyId, "ASIAROLE");
  assert.doesNotMatch(run.all, /role-secret-access-key|role-session-token/);
});

test("the secrets of notifications are passed by their variables' names, to a deploy alone, and never written", async () => {
  const env = { SLACK_URL: "https://hooks.slack.com/services/T0/B0/topsecret", HOOK_KEY: "whsec_c2VjcmV0" };
  const stderr = `${env.SLACK_URL} ${env.HOOK_KEY}\n${failureOf(rolledBack)}`;
  const inputs = { "notify-secrets": "SLACK_URL\n  HOOK_KEY\n" };
  const run = await play(inputs, { exitCode: 3, stderr }, { env });
  const flags = run.called.args.filter((word) => word.startsWith("--notify"));
  assert.deepEqual(flags, ["--notify-secret=env://SLACK_URL", "--notify-secret=env://HOOK_KEY"]);
  assert.equal(run.called.env.SLACK_URL, env.SLACK_URL);
  assert.doesNotMatch(run.all, /topsecret|whsec_/);
  const plan = await play({ ...inputs, mode: "plan" }, { stdout: "{}\n" }, { env });
  assert.doesNotMatch(plan.called.args.join(" "), /--notify/);
});

test("a secret in place of its variable's name is refused, and not shown", async () => {
  const run = await play({ "notify-secrets": "https://hooks.slack.com/services/topsecret" }, { stdout: "" });
  assert.equal(run.exitCode, 2);
  assert.match(run.all, /notify-secrets has a text of 42 characters.*Accepted: names such as SLACK_URL/);
  assert.doesNotMatch(run.all, /topsecret/);
});

test("without credentials in the job the module's own default names them", async () => {
  const { called } = await play({}, { stdout: `${JSON.stringify(deployed)}\n` });
  assert.doesNotMatch(called.args.join(" "), /credentials/);
});

test("the call has no way to the runner's files", async () => {
  const { called } = await play({}, { stdout: `${JSON.stringify(deployed)}\n` });
  const names = Object.keys(called.env).filter((name) => /^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$/.test(name));
  assert.deepEqual(names, []);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseTarget, type Target } from "../../lib/config/target.js";
import { statedTarget } from "../../lib/ecs/resolve-target.js";
import { unusedKeys } from "../../lib/rollout/preflight/checks/target.js";
import { facts } from "../support/facts.js";

const production = JSON.parse(readFileSync(new URL("../../../infra/targets/production.json", import.meta.url), "utf8"));

function refused(changes: object): string {
  try {
    parseTarget(JSON.stringify({ ...production, ...changes }), "some.json");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It was accepted.");
}

test("the production target is valid, complete, and for linux/amd64 because it does not state a platform", () => {
  assert.deepEqual(statedTarget(parseTarget(JSON.stringify(production), "production.json")), {
    ...production,
    platform: "linux/amd64",
  });
});

test("the public URL, the registry's place and the source are optional", () => {
  const { url, ...rest } = production;
  assert.ok(url);
  assert.equal(parseTarget(JSON.stringify(rest), "t.json").url, undefined);
  const registry = { account: "210987654321", region: "eu-central-1" };
  assert.deepEqual(parseTarget(JSON.stringify({ ...production, registry }), "t.json").registry, registry);
});

for (const [given, read] of [
  [false, false],
  [{}, { path: "/version", pointer: "/version" }],
  [{ path: "/build.json" }, { path: "/build.json", pointer: "/version" }],
  [{ pointer: "" }, { path: "/version", pointer: "" }],
  [{ header: "x-version" }, { path: "/", header: "x-version" }],
] as const)
  test(`a versionCheck of ${JSON.stringify(given)} is read as ${JSON.stringify(read)}`, () => {
    const json = JSON.stringify({ ...production, versionCheck: given });
    assert.deepEqual(parseTarget(json, "t.json").versionCheck, read);
  });

test("a target without a versionCheck has none", () => {
  const { versionCheck, ...rest } = production;
  assert.deepEqual(versionCheck, { path: "/version", pointer: "/version" });
  assert.equal(parseTarget(JSON.stringify(rest), "t.json").versionCheck, undefined);
});

test("pre-deploy and post-deploy tasks are optional, with a default time limit of 15 minutes", () => {
  const before = { command: ["flask", "db", "upgrade"] };
  const after = { command: ["./warm-up"], timeoutSeconds: 60 };
  const target = parseTarget(JSON.stringify({ ...production, before, after }), "t.json");
  assert.deepEqual(target.before, { ...before, timeoutSeconds: 900 });
  assert.deepEqual(target.after, after);
});

const mistakes: [string, object, RegExp][] = [
  [
    "a destination of another kind",
    { notify: [{ type: "email" }] },
    /notify\.0\.type: is "email"; accepted: slack, teams, webhook, sns, eventbridge/,
  ],
  [
    "a destination's URL in place of the name of its secret",
    { notify: [{ type: "slack", urlSecret: "https://hooks.slack.com/services/T0/B0/hidden" }] },
    /notify\.0\.urlSecret: is a text of 45 characters, which is not shown; accepted: the name of a secret/,
  ],
  [
    "a signing key in place of the name of its secret",
    { notify: [{ type: "webhook", urlSecret: "URL", signingSecret: "whsec_hidden" }] },
    /signingSecret: is a text of 12 characters, which is not shown; accepted: the name of a secret/,
  ],
  [
    "a destination's key that none has",
    { notify: [{ type: "slack", urlSecret: "URL", url: "https://hidden" }] },
    /notify\.0\.url: not a key .*accepted: type, urlSecret, on, signingSecret, topicArn, bus/,
  ],
  [
    "a webhook without a signature",
    { notify: [{ type: "webhook", urlSecret: "URL" }] },
    /notify\.0\.signingSecret: missing/,
  ],
  [
    "an event that no rollout has",
    { notify: [{ type: "slack", urlSecret: "URL", on: ["end"] }] },
    /notify\.0\.on\.0: is .*accepted: start, paused, success, failure/,
  ],
  [
    "a destination without events",
    { notify: [{ type: "slack", urlSecret: "URL", on: [] }] },
    /notify\.0\.on: .*accepted: a list of at least one of/,
  ],
  [
    "a topic by its name",
    { notify: [{ type: "sns", topicArn: "deploys" }] },
    /notify\.0\.topicArn: .*accepted: a topic's ARN, such as arn:aws:sns/,
  ],
  [
    "an event bus with a space",
    { notify: [{ type: "eventbridge", bus: "my bus" }] },
    /notify\.0\.bus: .*accepted: an event bus by its name or ARN/,
  ],
  [
    "one destination in place of a list",
    { notify: { type: "slack", urlSecret: "URL" } },
    /notify: is Object; accepted: a list of destinations/,
  ],
  [
    "an account that is a number",
    { account: 123456789012 },
    /account: is 123456789012; accepted: .*12 digits, in quotes/,
  ],
  ["a region in capitals", { region: "US-WEST-2" }, /region: is "US-WEST-2"; accepted: .*us-west-2/],
  [
    "a repository with its registry",
    { repository: "1.dkr.ecr.x.amazonaws.com:5000/app" },
    /repository: .*without a registry/,
  ],
  ["a port that is out of range", { containerPort: 70000 }, /containerPort: is 70000; accepted: .*1 to 65535/],
  [
    "a variable for the version that can't be one",
    { versionVariable: "APP-VERSION" },
    /versionVariable: is "APP-VERSION"; accepted: a variable's name, such as APP_VERSION/,
  ],
  ["a variable for the version of true", { versionVariable: true }, /versionVariable: is true; accepted: .*, or false/],
  ["a missing service", { service: undefined }, /service: missing/],
  ["a key that no target has", { conatiner: "app" }, /conatiner: not a key of a target; accepted: .*container,/],
  [
    "a registry's key that none has",
    { registry: { acount: "1" } },
    /registry\.acount: not a key .*accepted: account, region/,
  ],
  [
    "an expectation's key that none has",
    { expectations: [{ path: "/x", code: 200 }] },
    /expectations\.0\.code: not a key .*accepted: path, status, headers, json/,
  ],
  [
    "a versionCheck of true",
    { versionCheck: true },
    /versionCheck: is true; accepted: false, \{ "path": "\/version", "pointer": "\/version" \}, or \{ "path": "\/", "header"/,
  ],
  [
    "a versionCheck of another host",
    { versionCheck: { path: "//evil.example" } },
    /versionCheck\.path: is .* no other host/,
  ],
  [
    "a pointer without a slash",
    { versionCheck: { pointer: "version" } },
    /versionCheck\.pointer: is "version"; accepted: a JSON pointer, such as \/version/,
  ],
  [
    "a pointer with an escape that none has",
    { versionCheck: { pointer: "/a~2" } },
    /versionCheck\.pointer: is "\/a~2"/,
  ],
  [
    "a header that can't be one",
    { versionCheck: { header: "x version" } },
    /versionCheck\.header: is "x version"; accepted: a header's name, such as x-version/,
  ],
  [
    "a pointer and a header at once",
    { versionCheck: { pointer: "/version", header: "x-version" } },
    /versionCheck: is Object; accepted: false, /,
  ],
  [
    "a test listener without anything to request",
    { versionCheck: false, testUrl: "http://test.example.com" },
    /testUrl: has nothing to request; accepted: with a versionCheck other than false, or with expectations/,
  ],
  [
    "a test listener that is the public URL",
    { url: "http://app.example.com", testUrl: "http://app.example.com" },
    /testUrl: is the same as url; accepted: the URL of the test listener/,
  ],
  [
    "a test listener without a scheme",
    { testUrl: "test.example.com" },
    /testUrl: is "test\.example\.com"; accepted: .*http/,
  ],
  [
    "tasks to verify without anything to request",
    { versionCheck: false, verifyTasks: true },
    /verifyTasks: has nothing to request; accepted: with a versionCheck other than false, or with expectations/,
  ],
  [
    "a gate before any traffic reaches the new tasks",
    { gates: [{ stage: "POST_SCALE_UP" }] },
    /gates\.0\.stage: is "POST_SCALE_UP"; accepted: POST_TEST_TRAFFIC_SHIFT, PRE_PRODUCTION_TRAFFIC_SHIFT, POST/,
  ],
  [
    "a gate without the URL that it requests",
    { gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT" }] },
    /gates\.0: requests testUrl at POST_TEST_TRAFFIC_SHIFT, which is missing; accepted: with testUrl/,
  ],
  [
    "two gates at one stage",
    { testUrl: "https://t.example", gates: Array(2).fill({ stage: "PRE_PRODUCTION_TRAFFIC_SHIFT" }) },
    /gates\.1\.stage: PRE_PRODUCTION_TRAFFIC_SHIFT is listed twice; accepted: each stage once/,
  ],
  [
    "a gate without anything to check",
    { versionCheck: false, testUrl: "https://t.example", gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT" }] },
    /gates: have nothing to check; accepted: with a versionCheck other than false, or with expectations/,
  ],
  [
    "a gate that takes longer than an hour",
    { testUrl: "https://t.example", gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 3601 }] },
    /gates\.0\.timeoutSeconds: is 3601; accepted: a whole number from 10 to 3600/,
  ],
  [
    "a test URL with a password",
    { testUrl: "https://me:secret@t.example" },
    /testUrl: is "https:\/\/…@t\.example"; accepted: a URL without a user name and password/,
  ],
  [
    "an expectation of another host",
    { expectations: [{ path: "//evil.example" }] },
    /expectations\.0\.path: is .*; accepted: a path below the URL/,
  ],
  [
    "a task's command that is one text",
    { before: { command: "flask db upgrade" } },
    /before\.command: is "flask db upgrade"; accepted: a list of texts, such as \["flask", "db", "upgrade"\]/,
  ],
  ["a task's command of nothing", { after: { command: [] } }, /after\.command: .*a list of at least one text/],
  [
    "a task's time limit in words",
    { before: { command: ["x"], timeoutSeconds: "15m" } },
    /before\.timeoutSeconds: is "15m"; accepted: a whole number from 1 to 43200/,
  ],
  [
    "a task's key that none has",
    { before: { command: ["x"], timeout: 5 } },
    /before\.timeout: not a key .*accepted: command, timeoutSeconds/,
  ],
  ["a region with an availability zone", { region: "us-west-2a" }, /region: is "us-west-2a"; accepted: .*us-west-2/],
  [
    "a registry in another partition",
    { registry: { region: "cn-north-1" } },
    /registry\.region: is "cn-north-1"; accepted: a region of the partition aws, as us-west-2 is/,
  ],
  ["a registry that is a string", { registry: "x" }, /registry: is "x"; accepted: an object of account, region/],
  ["an expectation that is null", { expectations: [null] }, /expectations\.0: is null; accepted: an object of path/],
  [
    "an expectation's headers as a list",
    { expectations: [{ path: "/x", headers: 5 }] },
    /expectations\.0\.headers: is 5; accepted: an object of headers/,
  ],
  ["a registry of an empty list", { registry: [] }, /registry: is a list; accepted: an object of account, region/],
  [
    "build arguments in a list",
    { build: { args: ["A=1"] } },
    /build\.args: is a list; accepted: an object of values by/,
  ],
  [
    "a versionCheck of an empty list",
    { versionCheck: [] },
    /versionCheck: is a list; accepted: false, or an object of/,
  ],
  [
    "an expectation's headers in a list",
    { expectations: [{ path: "/x", headers: ["a"] }] },
    /expectations\.0\.headers: is a list; accepted: an object of values by name/,
  ],
  ["a task that is a list", { before: ["flask"] }, /before: is a list; accepted: an object of command, timeoutSeconds/],
  ["a service of null", { service: null }, /service: is null; accepted: 1 to 255/],
  [
    "a URL with a query",
    { url: "https://app.example.com/?a=1" },
    /url: .*; accepted: a URL without a query and a fragment/,
  ],
  [
    "a URL with a fragment",
    { url: "https://app.example.com/#x" },
    /url: .*; accepted: a URL without a query and a fragment/,
  ],
  ["a URL with a line break", { url: "https://app.example\n.com" }, /url: .*; accepted: an http or https URL/],
  ["a URL of another scheme", { url: "ftp://app.example.com" }, /url: is "ftp:.*"; accepted: an http or https URL/],
];

for (const [what, changes, message] of mistakes) {
  test(`${what} is refused by its path, with what is accepted`, () => assert.match(refused(changes), message));
}

for (const region of [
  "us-west-2",
  "ap-southeast-7",
  "mx-central-1",
  "us-gov-west-1",
  "cn-northwest-1",
  "eusc-de-east-1",
  "us-iso-east-1",
  "us-isob-east-1",
  "eu-isoe-west-1",
  "us-isof-south-1",
]) {
  test(`a target can be in ${region}`, () => {
    assert.equal(parseTarget(JSON.stringify({ ...production, region }), "t.json").region, region);
  });
}

for (const url of [
  "https://ci:hunter2@example.com",
  "https://hunter2@example.com/",
  "https://ci:hun/ter2@example.com",
  "ci:hunter2@example.com",
]) {
  test(`a URL with a user name or password is refused and not shown: ${url}`, () => {
    const message = refused({ url });
    assert.match(message, /url: is "[^"]*…@example\.com\/?"; accepted: /);
    assert.doesNotMatch(message, /hun/);
  });
}

test("a source with a token in its URL is refused and not shown", () => {
  const message = refused({ source: "https://hunter2@example.com/team/app" });
  assert.match(message, /source: .*; accepted: a URL without a user name and password/);
  assert.doesNotMatch(message, /hunter2/);
});

test("keys that a deploy never used are accepted with any value, and named by a warning", () => {
  const old = { cpu: 256, memory: 512, desiredCount: 1, launchType: "EC2" };
  const target = parseTarget(JSON.stringify({ ...production, ...old }), "t.json");
  assert.equal(target.service, production.service);
  const [finding, ...others] = unusedKeys(facts({ target: { ...facts().target, ...target } as Target }));
  assert.deepEqual([finding?.level, finding?.id, others], ["warning", "unused-target-keys", []]);
  assert.match(String(finding?.what), /^"cpu", "memory", "desiredCount", "launchType" in the target have no effect/);
  assert.match(String(finding?.fix), /infra\/targets\/production\.terraform\.json/);
  assert.deepEqual(unusedKeys(facts()), []);
});

test("a target that an editor saved with a byte order mark is read", () => {
  assert.equal(parseTarget(`\ufeff${JSON.stringify(production)}`, "t.json").service, production.service);
});

test("a long value is cut in the error", () => {
  assert.ok(refused({ service: "x!".repeat(50_000) }).length < 400);
});

test("all errors are reported at once, with the file", () => {
  const message = refused({ account: "1", containerPort: "80" });
  assert.match(message, /^some\.json is not a valid target:\n {2}account: .*\n {2}containerPort: /);
});

test("text that is not JSON, or not an object, is refused with the file's name", () => {
  assert.throws(() => parseTarget("{", "broken.json"), { code: "bad-target", message: /^broken\.json is not JSON/ });
  assert.throws(() => parseTarget("[]", "list.json"), {
    message: /list\.json is not a valid target:\n {2}\(the whole file\): is a list; accepted: a JSON object[^\n]*$/,
  });
});

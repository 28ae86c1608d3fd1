import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseTarget } from "../src/target.js";

const production = JSON.parse(readFileSync(new URL("../../infra/targets/production.json", import.meta.url), "utf8"));

function refused(changes: object): string {
  try {
    parseTarget(JSON.stringify({ ...production, ...changes }), "some.json");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It was accepted.");
}

test("the production target is valid, and is built for linux/amd64 because it does not say", () => {
  assert.deepEqual(parseTarget(JSON.stringify(production), "production.json"), {
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

test("a task before and one after the deploy are optional, and have a quarter of an hour unless they say otherwise", () => {
  const before = { command: ["flask", "db", "upgrade"] };
  const after = { command: ["./warm-up"], timeoutSeconds: 60 };
  const target = parseTarget(JSON.stringify({ ...production, before, after }), "t.json");
  assert.deepEqual(target.before, { ...before, timeoutSeconds: 900 });
  assert.deepEqual(target.after, after);
});

const mistakes: [string, object, RegExp][] = [
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
  ["a count that is no whole number", { desiredCount: 1.5 }, /desiredCount: is 1.5; accepted: a whole number/],
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
  ["a URL of another scheme", { url: "ftp://app.example.com" }, /url: is "ftp:.*"; accepted: an http or https URL/],
  ["a CPU size that Fargate has not", { cpu: 300 }, /cpu: is 300; accepted: 256, 512, 1024/],
  [
    "a memory size that does not go with the CPU",
    { cpu: 512, memory: 512 },
    /memory: is 512; accepted with cpu 512: 1024 to 4096/,
  ],
  ["a memory size too large for the smallest CPU", { cpu: 256, memory: 3072 }, /memory: is 3072; .*512, 1024, 2048/],
];

for (const [what, changes, message] of mistakes) {
  test(`${what} is refused by its path, with what is accepted`, () => assert.match(refused(changes), message));
}

test("all mistakes are named at once, with the file", () => {
  const message = refused({ account: "1", containerPort: "80" });
  assert.match(message, /^some\.json is not a valid target:\n {2}account: .*\n {2}containerPort: /);
});

test("what is no JSON, or no object, is refused with the file's name", () => {
  assert.throws(() => parseTarget("{", "broken.json"), { code: "bad-target", message: /^broken\.json is not JSON/ });
  assert.throws(() => parseTarget("[]", "list.json"), { message: /list\.json is not a valid target/ });
});

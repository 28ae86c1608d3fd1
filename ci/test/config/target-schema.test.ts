import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parseTarget } from "../../lib/config/target.js";
import { schemaFile, targetJsonSchema, targetSchemaText } from "../../scripts/target-schema.js";

const validate = new Ajv({ strict: true, allErrors: true }).compile(targetJsonSchema());
const production = JSON.parse(readFileSync(new URL("production.json", schemaFile), "utf8")) as Record<string, unknown>;
const short = { region: "us-west-2", cluster: "main", service: "api" };

function isRead(target: unknown): boolean {
  try {
    parseTarget(JSON.stringify(target), "t.json");
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "bad-target");
    return false;
  }
}

test("the JSON schema in the repository is that of the deployer: npm run schema writes it", () => {
  assert.equal(readFileSync(schemaFile, "utf8"), targetSchemaText());
});

test("the production target names the JSON schema by a path that is there, and is valid", () => {
  const named = new URL(String(production.$schema), new URL("production.json", schemaFile));
  assert.equal(named.href, schemaFile.href);
  assert.ok(validate(production), JSON.stringify(validate.errors));
});

test("every key has a description, in objects too", () => {
  const undescribed: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const { properties } = value as { properties?: Record<string, { description?: string }> };
    for (const [name, inner] of Object.entries(properties ?? {}))
      if (!inner.description) undescribed.push(`${path}.${name}`);
    for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
  };
  visit(targetJsonSchema(), "");
  assert.deepEqual(undescribed, []);
});

test("keys without an effect are marked as deprecated", () => {
  const { properties } = targetJsonSchema() as { properties: Record<string, { deprecated?: boolean }> };
  const deprecated = Object.keys(properties).filter((name) => properties[name]?.deprecated);
  assert.deepEqual(deprecated, ["cpu", "memory", "desiredCount", "launchType"]);
});

const arn = "arn:aws:iam::123456789012:role/deploy";
/** Values that are valid for some keys, and mistakes of all kinds. */
const values: unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    1,
    1.5,
    80,
    500,
    65535,
    65536,
    43201,
    "",
    "web",
    "team/app",
    "a b",
    "x".repeat(300),
    [],
    {},
  ],
  ...[
    "123456789012",
    "1234",
    "us-west-2",
    "us-west-2a",
    "US-WEST-2",
    "linux/arm64",
    "linux/arm",
    "VERSION",
    "APP-VERSION",
  ],
  ...[arn, "arn:aws:iam::1:role/x", { arn }, { arn, externalId: "x" }, { externalId: "x" }, { arn, extra: 1 }],
  ...[["web"], ["web", 1], ["a b"], "../secret", "/absolute", "services/web", "a/../b", "a\\b"],
  ...["https://app.example.com", "http://app.example.com:8080/api/", "HTTPS://[::1]:8443", "ftp://app.example.com"],
  ...[
    "https://app.example.com/?a=1",
    "https://app.example.com/#x",
    "https://a:b@example.com",
    "https://a:b/c@example.com",
  ],
  ...["https://", "https://exa mple.com", "https://example.com/team/app", "git@example.com:team/app"],
  ...[{ account: "123456789012" }, { account: 1 }, { region: "us-west-2" }, { context: "app" }, { context: "../app" }],
  ...[{ stage: "test" }, { stage: "a b" }, { args: { A: "1" } }, { args: { A: 1 } }, { args: [] }, { command: ["x"] }],
  ...[{ command: [] }, { command: "x" }, { command: ["x"], timeoutSeconds: 60 }, { command: ["x"], timeoutSeconds: 0 }],
  ...[
    { path: "/version" },
    { path: "/version?a=b" },
    { path: "//evil.example" },
    { path: "version" },
    { path: "/a b" },
  ],
  ...[
    { path: "/a/../b" },
    { path: "/%2e%2E/b" },
    { path: "/a/." },
    { path: "/a..b/.c" },
    { path: "/x#y" },
    { path: 5 },
  ],
  ...[{ pointer: "/a~1b/0" }, { pointer: "" }, { pointer: "a" }, { pointer: "/a~2" }, { pointer: "/v", header: "x-v" }],
  ...[
    { header: "x-version" },
    { header: "x version" },
    { header: "" },
    { path: "/", header: "x-version" },
    { head: "x" },
  ],
];
const listed = values.map((value) => [value]);
const expected = [
  { status: 200 },
  { status: 99 },
  { headers: { a: "b" } },
  { headers: { a: 1 } },
  { json: [1] },
  { body: 1 },
];
const expectations = expected.map((one) => [{ path: "/healthz", ...one }]);

test("each key accepts the same values by the JSON schema as by the deployer", () => {
  const { properties } = targetJsonSchema() as { properties: object };
  const counts = { valid: 0, invalid: 0 };
  for (const key of [...Object.keys(properties), "conatiner"])
    for (const value of key === "expectations" ? [...values, ...listed, ...expectations] : values) {
      const target = { ...short, [key]: value };
      const isValid = isRead(target);
      assert.equal(validate(target), isValid, `${key}: ${JSON.stringify(value)}`);
      counts[isValid ? "valid" : "invalid"]++;
    }
  assert.ok(counts.valid > 400 && counts.invalid > 1500, JSON.stringify(counts));
});

test("a target without one of its three keys, and what is no object, are refused by both", () => {
  for (const target of [{}, [], null, "x", ...Object.keys(short).map((key) => ({ ...short, [key]: undefined }))]) {
    const read = JSON.parse(JSON.stringify(target)) as unknown;
    assert.deepEqual([validate(read), isRead(read)], [false, false], JSON.stringify(target));
  }
});

test("only rules across several keys are checked by the deployer alone", () => {
  for (const together of [
    { registry: { region: "cn-north-1" } },
    { container: "web", containers: ["api"] },
    { verifyTasks: true, versionCheck: false },
    { url: "https://example.com:99999" },
    { versionCheck: { path: "/%252e%252e/" } },
  ])
    assert.deepEqual([validate({ ...short, ...together }), isRead({ ...short, ...together })], [true, false]);
});

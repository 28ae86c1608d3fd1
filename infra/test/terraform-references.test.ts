import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { files, readConfiguration } from "./hcl.js";

const configuration = await readConfiguration();
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../targets/${name}`, import.meta.url), "utf8")) as object;
const target = read("production.json");
const service = read("production.terraform.json");
/** Without comments, and without the words of descriptions and messages. */
const code = [...files.values()].join("\n").replace(/^\s*(#.*|(description|error_message)\s*=.*)$/gm, "");
const named = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map(([, name]) => name ?? ""));

test("the target's files are where the configuration reads them", () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's templates.
  const { locals } = configuration;
  assert.equal(locals.target, '${jsondecode(file("${path.module}/../targets/production.json"))}');
  assert.equal(locals.service, '${jsondecode(file("${path.module}/../targets/production.terraform.json"))}');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's templates.
});

test("every key of the target that is read is in it, or has a default", () => {
  for (const key of named(/local\.target\.(\w+)/g)) {
    if (key !== "registry") assert.ok(key in target, key);
  }
  assert.deepEqual([...named(/local\.service\.(\w+)/g)].sort(), Object.keys(service).sort());
});

test("what is in the target is written nowhere else", () => {
  for (const [key, value] of Object.entries(target)) {
    if (typeof value === "string" && key !== "container" && key !== "family") {
      assert.ok(!code.includes(value), `${key} ${value}`);
    }
  }
  assert.doesNotMatch(code, /\b5000\b/);
});

test("every variable, local value, resource and data source that is used is there, and every variable and local value is used", () => {
  assert.deepEqual([...named(/\bvar\.(\w+)/g)].sort(), Object.keys(configuration.variable).sort());
  assert.deepEqual([...named(/\blocal\.(\w+)/g)].sort(), Object.keys(configuration.locals).sort());
  for (const [, data, type, name] of code.matchAll(/\b(data\.)?(aws_\w+)\.(\w+)/g)) {
    const blocks = data ? configuration.data : configuration.resource;
    assert.ok(blocks[type ?? ""]?.[name ?? ""], `${data ?? ""}${type}.${name}`);
  }
});

test("every variable and every output has a description", () => {
  for (const [name, [block]] of Object.entries({ ...configuration.variable, ...configuration.output })) {
    assert.ok(block?.description, name);
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";

const defaults = readEnv();
const functions = readFunctions();

function readEnv(): [string, string][] {
  const text = readFileSync(new URL("../../.env", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, key, value] = /^(\w+)="(.*)"$/.exec(line) ?? [];
    assert.ok(key && value, `${line} is not KEY="VALUE"`);
    return [key, value];
  });
}

interface Declared {
  node: ts.MethodDeclaration | ts.ConstructorDeclaration;
  /** Arguments without the workspace: the engine passes it, so it has neither a flag nor a default. */
  parameters: ts.ParameterDeclaration[];
}

/** The module's functions as the class declares them; the constructor's name is empty. */
function readFunctions(): Map<string, Declared> {
  const text = readFileSync(new URL("../src/index.ts", import.meta.url), "utf8");
  const file = ts.createSourceFile("index.ts", text, ts.ScriptTarget.ES2022, true);
  const members = file.statements.filter(ts.isClassDeclaration).flatMap((one) => [...one.members]);
  const declared = members.flatMap((node): [string, Declared][] => {
    if (!ts.isMethodDeclaration(node) && !ts.isConstructorDeclaration(node)) return [];
    if (ts.isMethodDeclaration(node) && !/@func\(/.test(node.getText())) return [];
    const parameters = node.parameters.filter((one) => one.type?.getText() !== "Workspace");
    return [[ts.isMethodDeclaration(node) ? node.name.getText() : "", { node, parameters }]];
  });
  return new Map(declared);
}

test("every default in .env names an existing argument, because the engine silently ignores a wrong key", () => {
  const keys = [...functions].flatMap(([name, { parameters }]) =>
    parameters.map((parameter) => `${name && `${name}_`}${parameter.name.getText()}`.toUpperCase()),
  );
  assert.ok(defaults.length > 0);
  for (const [key] of defaults) assert.ok(keys.includes(key.toUpperCase()), `${key} is none of ${keys.join(", ")}`);
});

test("no default in .env is a value: each is a reference", () => {
  for (const [key, value] of defaults) assert.match(value, /^(env|file|cmd):\/\/\S/, key);
});

test("credentials have one default, which holds for every function", () => {
  assert.deepEqual(
    defaults.map(([key]) => key).filter((key) => /CREDENTIALS$/.test(key)),
    ["CREDENTIALS"],
  );
});

test("no argument repeats one of the constructor", () => {
  const own = functions.get("")?.parameters.map((one) => one.name.getText()) ?? [];
  assert.deepEqual(own, ["credentials", "target", "targets", "aws", "notifySecret"]);
  for (const [name, { parameters }] of functions) {
    if (name === "") continue;
    for (const one of parameters) assert.ok(!own.includes(one.name.getText()), `${name} ${one.name.getText()}`);
  }
});

test("every function and every argument has a help text", () => {
  for (const [name, { node, parameters }] of functions) {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    if (name !== "") assert.ok(comment?.comment, `${name} has no description`);
    for (const parameter of parameters) {
      const label = `${name} ${parameter.name.getText()}`;
      assert.ok(ts.getJSDocParameterTags(parameter)[0]?.comment, `${label} has no description`);
    }
  }
});

test("the help of a function fits 80 columns, and its first line stands alone in the list of functions", () => {
  for (const [name, { node }] of functions) {
    if (name === "") continue;
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const [first = "", second = ""] = String(comment?.comment).split("\n");
    assert.equal(second, "", `${name}: the first paragraph has two lines`);
    assert.ok(first.length <= 78, `${name}: ${first}`);
    for (const line of String(comment?.comment).split("\n")) assert.ok(line.length <= 78, `${name}: ${line}`);
  }
});

test("functions that read or change external state are never cached, and pure ones are", () => {
  const uncached = [...functions].filter(([, { node }]) => /@func\(\{ cache: "never" \}\)/.test(node.getText()));
  const names = uncached.map(([name]) => name).sort();
  assert.deepEqual(names, [
    "abort",
    "continue",
    "deploy",
    "diff",
    "exec",
    "history",
    "init",
    "lock",
    "logs",
    "notify",
    "plan",
    "publish",
    "report",
    "rollback",
    "run",
    "scale",
    "status",
    "unlock",
    "watch",
  ]);
});

test("only what publishes needs a git repository", () => {
  const takers = [...functions].filter(([, { parameters }]) =>
    parameters.some((one) => one.type?.getText() === "GitRepository"),
  );
  assert.deepEqual(takers.map(([name]) => name).sort(), ["deploy", "publish"]);
});

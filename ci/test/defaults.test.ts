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

/** The module's functions with their arguments, as the class declares them. */
function readFunctions(): Map<string, ts.ParameterDeclaration[]> {
  const text = readFileSync(new URL("../src/index.ts", import.meta.url), "utf8");
  const file = ts.createSourceFile("index.ts", text, ts.ScriptTarget.ES2022, true);
  const methods = file.statements
    .filter(ts.isClassDeclaration)
    .flatMap((one) => one.members.filter(ts.isMethodDeclaration));
  return new Map(methods.map((method) => [method.name.getText(), [...method.parameters]]));
}

test("every default in .env is for an argument that there is: the engine ignores a wrong key in silence", () => {
  const keys = [...functions].flatMap(([name, parameters]) =>
    parameters.map((parameter) => `${name}_${parameter.name.getText()}`.toUpperCase()),
  );
  assert.ok(defaults.length > 0);
  for (const [key] of defaults) assert.ok(keys.includes(key.toUpperCase()), `${key} is none of ${keys.join(", ")}`);
});

test("no default in .env is a value: each is a reference", () => {
  for (const [key, value] of defaults) assert.match(value, /^(env|file|cmd):\/\/\S/, key);
});

test("every function that takes credentials has them by default, so that the short forms work", () => {
  const takers = [...functions].filter(([, parameters]) =>
    parameters.some((one) => one.name.getText() === "credentials"),
  );
  for (const [name] of takers) {
    assert.ok(
      defaults.some(([key]) => key === `${name.toUpperCase()}_CREDENTIALS`),
      name,
    );
  }
});

test("every function and every argument says in the help what it is", () => {
  for (const [name, parameters] of functions) {
    const [first] = parameters;
    assert.ok(first);
    const comments = ts.getJSDocCommentsAndTags(first.parent).filter(ts.isJSDoc);
    assert.ok(comments[0]?.comment, `${name} has no description`);
    for (const parameter of parameters) {
      assert.ok(
        ts.getJSDocParameterTags(parameter)[0]?.comment,
        `${name} ${parameter.name.getText()} has no description`,
      );
    }
  }
});

test("what reads or changes the world is never cached, and what is pure is", () => {
  const uncached = [...functions].filter(([, [first]]) =>
    /@func\(\{ cache: "never" \}\)/.test(first?.parent.getText() ?? ""),
  );
  assert.deepEqual(uncached.map(([name]) => name).sort(), [
    "deploy",
    "history",
    "plan",
    "publish",
    "rollback",
    "status",
  ]);
});

test("only what publishes needs a git repository", () => {
  const takers = [...functions].filter(([, parameters]) =>
    parameters.some((one) => one.type?.getText() === "GitRepository"),
  );
  assert.deepEqual(takers.map(([name]) => name).sort(), ["deploy", "publish"]);
});

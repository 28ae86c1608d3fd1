import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesWildcard } from "../wildcard.js";

test("an asterisk stands for any characters, none among them", () => {
  const fitting = [
    "dev-*:dev-1",
    "dev-*:dev-",
    "*:",
    "*:x",
    "*-rc:1-rc",
    "a*c:abc",
    "a*c:ac",
    "a*b*c:axbxbxc",
    "**:x",
    "v1:v1",
  ];
  const other = ["dev-*:prod-dev-1", "*-rc:1-rc2", "a*a:a", "ab*ba:aba", "a.c:abc", "v1:v12", "a*b*c:acb", ":x"];
  for (const each of fitting) assert.ok(matchesWildcard(...split(each)), each);
  for (const each of other) assert.ok(!matchesWildcard(...split(each)), each);
});

test("it decides as a regular expression does", () => {
  const letters = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 8 });
  fc.assert(
    fc.property(letters("ab*"), letters("ab"), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      return matchesWildcard(pattern, text) === expression.test(text);
    }),
  );
});

test("each part is looked for once, however many asterisks there are", (t) => {
  const searched = t.mock.method(String.prototype, "indexOf").mock;
  assert.equal(matchesWildcard(`${"*a".repeat(60)}*b`, "a".repeat(128)), false);
  assert.ok(searched.callCount() <= 60, `${searched.callCount()} searches`);
});

function split(each: string): [string, string] {
  const [pattern = "", text = ""] = each.split(":");
  return [pattern, text];
}

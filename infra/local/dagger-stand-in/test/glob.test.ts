import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readGlob } from "../content/glob.js";

/** The same pattern as a regular expression, which is right and can be slow. */
function expressionOf(pattern: string): string {
  return pattern
    .split(/(\*\*\/|\*\*|\*|\?|\[[^\]]+\])/)
    .map((part) => {
      if (part === "**/") return "(?:[^/]+/)*";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      if (part === "?") return "[^/]";
      return part.replace(/^\[!/, "[^");
    })
    .join("");
}

const part = fc.constantFrom("a", "b", "/", "*", "**", "**/", "?", "[ab]", "[!a]");
const patterns = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(""));
const paths = fc.string({ unit: fc.constantFrom("a", "b", "c", "/"), maxLength: 10 });

test("a pattern names what its regular expression names, and contains what is in it", () => {
  fc.assert(
    fc.property(patterns, paths, (pattern, path) => {
      const expression = expressionOf(pattern);
      const glob = readGlob(pattern);
      return (
        glob.matches(path) === new RegExp(`^${expression}$`).test(path) &&
        glob.contains(path) === new RegExp(`^${expression}(?:/.*)?$`).test(path)
      );
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern of many asterisks is tried once at each character of a path", (t) => {
  const glob = readGlob(`${"**/[a]*".repeat(12)}x`);
  const path = "a/".repeat(60);
  const tried = t.mock.method(RegExp.prototype, "test").mock;
  assert.equal(glob.matches(path), false);
  assert.ok(tried.callCount() <= 12 * path.length, `${tried.callCount()} tries`);
});

test("a class without characters is refused by its pattern", () => {
  assert.throws(
    () => readGlob("src/[z-a]*"),
    /^StandInError: The pattern "src\/\[z-a\]\*" has \[z-a\], which is not a class/,
  );
});

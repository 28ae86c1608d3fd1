import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { JsonMistake, parseJsonText } from "../../lib/common/json-text.js";

test("all that JSON.stringify writes is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(parseJsonText(text), JSON.parse(text));
    }),
  );
});

test("what JSON.parse refuses is refused with a place, and nothing else is", () => {
  const target = readFileSync(new URL("../../../infra/targets/production.json", import.meta.url), "utf8");
  const parses = (parse: (text: string) => unknown, text: string) => {
    try {
      parse(text);
      return true;
    } catch (error) {
      if (parse === parseJsonText) assert.match((error as Error).message, /^(Line \d+, column \d+: |It is not)/);
      return false;
    }
  };
  fc.assert(
    fc.property(fc.nat(target.length), fc.nat(3), fc.string({ maxLength: 3 }), (at, cut, put) => {
      const text = `${target.slice(0, at)}${put}${target.slice(at + cut)}`;
      const isTwice = (message: string) => / is there twice/.test(message);
      try {
        parseJsonText(text);
      } catch (error) {
        if (isTwice((error as Error).message)) return;
      }
      assert.equal(parses(parseJsonText, text), parses(JSON.parse, text), text);
    }),
    { numRuns: 2000 },
  );
});

const mistakes: [string, string, RegExp][] = [
  ["a comma before the end of an object", '{\n  "a": 1,\n}', /^Line 2, column 9: a comma before \}/],
  ["a comma before the end of a list", "[1,]", /^Line 1, column 3: a comma before \]/],
  ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', /^Line 3, column 3: the character "\\"" in place of a comma or \}/],
  ["a comment", '{\n  // why\n  "a": 1\n}', /^Line 2, column 3: a comment, which JSON does not have,/],
  ["a key without quotes", "{a: 1}", /^Line 1, column 2: the character "a" in place of a key in double quotes/],
  ["single quotes", "{'a': 1}", /^Line 1, column 2: the character "'" in place of a key/],
  ["a missing colon", '{"a" 1}', /^Line 1, column 6: the character "1" in place of a colon/],
  ["a file that is cut off", '{"a": ', /^Line 1, column 7: the end of the file in place of a value/],
  ["a string without its end", '{"a": "hush}', /^Line 1, column 7: a string that has .* no closing quote/],
  ["a line break within a string", '{"a": "hu\nsh"}', /^Line 1, column 7: a string that has a line break/],
  ["a number with a leading zero", '{"a": 0123}', /^Line 1, column 7: /],
  ["a word", '{"a": hush}', /^Line 1, column 7: the character "h" in place of a value/],
  ["something after the end", '{"a": 1}\n}', /^Line 2, column 1: the character "\}" after the end/],
  ["an empty file", "", /^Line 1, column 1: the end of the file in place of a value/],
  [
    "a key that is there twice",
    '{\n  "a": 1,\n  "b": {"a": 2},\n  "a": 3\n}',
    /^Line 4, column 3: the key "a" is there twice, first in line 2/,
  ],
  ["a file in UTF-16", [...'{"a": 1}'].join("\0"), /UTF-8/],
  ["a file that is nested too deep", "[".repeat(200), /nested more than 100 levels/],
];
for (const [what, text, message] of mistakes) {
  test(`${what} is named with line and column, and no value is shown`, () => {
    assert.throws(
      () => parseJsonText(text),
      (error: Error) => error instanceof JsonMistake && message.test(error.message) && !error.message.includes("hu"),
    );
  });
}

test("lines that end in a carriage return are counted as an editor counts them", () => {
  assert.throws(() => parseJsonText('{\r\n"a": 1,\r"b": x}'), { message: /^Line 3, column 6: / });
});

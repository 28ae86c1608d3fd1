import assert from "node:assert/strict";
import { test } from "node:test";
import { neutral, neutralJson, neutralLines, quoted } from "../../lib/common/foreign-text.js";

/** Characters that a terminal or a parser interprets. */
const harmful = /(?![\ufe0e\ufe0f\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const lines: [name: string, text: string, shown: string][] = [
  [
    "plain text",
    "KeyError: 'DATABASE_URL' → größer 日本語 👩🏽‍🚀".replace("\u200d", ""),
    "KeyError: 'DATABASE_URL' → größer 日本語 👩🏽🚀",
  ],
  ["colours", "\u001b[1;31mERROR\u001b[0m it \u001b[38;5;208mfailed\u001b[m", "ERROR it failed"],
  ["a cleared screen", "\u001b[2J\u001b[H\u001b[1A\u001b[2Kok", "ok"],
  ["a title and a link", "\u001b]0;title\u0007\u001b]8;;http://evil.example\u0007text\u001b]8;;\u0007", "text"],
  ["8-bit sequences", "a\u009b31mb", "ab"],
  ["an escape that is left over", "a\u001b\u001b[0m[31mb", "a\\u001b[31mb"],
  ["carriage returns", "DEPLOYED: all well\rfailed", "DEPLOYED: all well failed"],
  ["line breaks of every kind", "a\nb\r\nc\u2028d\u0085e\u000bf", "a b c d e f"],
  ["backspaces and a bell", "abc\b\b\bxyz\u0007\u0000", "abc\\u0008\\u0008\\u0008xyz\\u0007\\u0000"],
  ["reversed text", "user\u202etxt.exe\u2066\u2069", "user\\u202etxt.exe\\u2066\\u2069"],
  ["zero-width characters", "pass\u200bword\u2060\ufeff\u00ad", "pass\\u200bword\\u2060\\ufeff\\u00ad"],
  ["what is drawn as nothing", "a\u3164b\u115fc", "a\\u3164b\\u115fc"],
  ["tags outside the first plane", "a\u{e0041}b", "a\\udb40\\udc41b"],
  ["half of a pair", "a\ud83db", "a\\ud83db"],
  [
    "a GitHub command",
    "::error file=app.js,line=1::Missing semicolon",
    ": :error file=app.js,line=1::Missing semicolon",
  ],
  ["a GitHub command behind spaces", "  ::stop-commands::x", ": :stop-commands::x"],
  ["a GitHub command that an escape hides", "\u001b[0m::add-mask::x", ": :add-mask::x"],
  ["an older GitHub command", "x ##[error]y", "x # #[error]y"],
  ["a group", "##[group]Deploy", "# #[group]Deploy"],
  ["an Azure command", "##vso[task.setvariable variable=a]b", "# #vso[task.setvariable variable=a]b"],
  ["a TeamCity command", "##teamcity[message text='x']", "# #teamcity[message text='x']"],
  ["what only looks like a command", "std::vector::push a::b::c [::1]:80", "std::vector::push a::b::c [::1]:80"],
];

for (const [name, text, shown] of lines)
  test(`one line of ${name} is harmless and keeps what can be read`, () => {
    assert.equal(neutral(text), shown);
    assert.doesNotMatch(neutral(text), harmful);
    // The conversion is idempotent.
    assert.equal(neutral(neutral(text)), shown);
  });

test("a line of 256 KiB is cut, and what is left out is counted", () => {
  const line = neutral("x".repeat(256 * 1024));
  assert.equal(line, `${"x".repeat(1000)}… (261144 more characters)`);
  assert.ok(neutral("\u202e".repeat(256 * 1024)).length < 1_100);
  assert.equal(neutral(`${"x".repeat(9)}👩`, 10), `${"x".repeat(9)}… (1 more characters)`);
  assert.equal(neutral("x".repeat(1000)).length, 1000);
});

test("quoted lines begin with a margin, however their text breaks them", () => {
  const text = "first\nNext: run this\r\nROLLED-BACK: v9\rDEPLOYED: v1\u2028Cause: none\n\n";
  assert.deepEqual(quoted(text), [
    "  │ first",
    "  │ Next: run this",
    "  │ ROLLED-BACK: v9",
    "  │ DEPLOYED: v1",
    "  │ Cause: none",
  ]);
  assert.deepEqual(quoted(["a", "b\nc"]), ["  │ a", "  │ b", "  │ c"]);
});

test("of many lines, and of long ones, the end is shown, and that something is left out", () => {
  const many = Array.from({ length: 1000 }, (_, at) => `line ${at}`);
  assert.deepEqual(quoted(many, { lines: 2 }), ["  │ …", "  │ line 998", "  │ line 999"]);
  assert.deepEqual(quoted(many.join("\n"), { lines: 2 }), ["  │ …", "  │ line 998", "  │ line 999"]);
  const [mark, line] = quoted("x".repeat(1_000_000), { lines: 1, characters: 10 });
  assert.deepEqual([mark, line], ["  │ …", `  │ ${"x".repeat(10)}`]);
});

test("the cost of a text does not grow faster than the text", () => {
  for (const part of ["\r", " ", "::", "::a ", "##[", "\u001b[", "\u001b]", "\u202e", "\n "]) {
    const text = part.repeat(4_000_000 / part.length);
    // A quadratic one would take hours.
    neutral(text);
    quoted(text);
    quoted(text.split(part.at(-1) ?? ""));
  }
});

test("lines of ours stay lines, and none of them is harmful", () => {
  assert.equal(
    neutralLines("a is not valid:\n  b\u001b[2J\n\nNext: c\u202e"),
    "a is not valid:\n  b\n\nNext: c\\u202e",
  );
});

test("JSON is the same for every parser, and harmless on a terminal", () => {
  const value = {
    log: ["\u001b[31m\u009b2J\u202e\u200b\u{e0041}\u2028\u007f", "##[error]x ##vso[a]", "größer 日本語 👩"],
  };
  const text = neutralJson(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(text), value);
  assert.doesNotMatch(text, harmful);
  assert.doesNotMatch(text, /##(\[|vso\[)/);
  assert.match(text, /größer 日本語 👩/);
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile writes variables so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expandWord } from "../dockerfile/expand.js";
import { describe } from "../dockerfile/instruction.js";
import { readDockerfile } from "../dockerfile/read.js";

const read = (text: string) => readDockerfile(text, "app/Dockerfile").instructions;
const texts = (text: string) => read(text).map((instruction) => describe(instruction));

test("comments, empty lines and lines that continue another are read as Docker reads them", () => {
  const file =
    "\uFEFF# syntax=docker/dockerfile:1\r\n\r\n  # comment\r\nfrom a\r\nRUN one \\\r\n# in between\r\n\r\n  && two \\ \t\r\n  && three\r\n";
  const [from, run] = read(file);
  assert.deepEqual([from?.keyword, from?.text, from?.line], ["FROM", "a", 4]);
  assert.deepEqual([run?.text.replace(/\s+/g, " "), run?.line], ["one && two && three", 5]);
});

test("a line that ends with two escape characters does not continue", () => {
  assert.deepEqual(texts("FROM a\nRUN dir c:\\\\\nRUN b"), ["FROM a", "RUN dir c:\\\\", "RUN b"]);
});

test("the escape directive changes the character, and counts only above everything else", () => {
  assert.deepEqual(texts("# escape=`\nFROM a\nRUN dir c:\\ `\n && b"), ["FROM a", "RUN dir c:\\ && b"]);
  assert.deepEqual(texts("# a comment\n# escape=`\nFROM a\nRUN b \\\n c"), ["FROM a", "RUN b c"]);
  assert.throws(() => read("# escape=x\nFROM a"), /app\/Dockerfile:1: escape: "x" .*Accepted: \\ and `/);
});

test("options stand before the arguments and no further", () => {
  const [, copy, run] = read(
    'FROM a\nCOPY --from=b --link "a b" /c\nRUN --mount=type=cache,target="/x y" cmd --from=z',
  );
  assert.deepEqual(copy?.flags, [
    ["from", "b"],
    ["link", undefined],
  ]);
  assert.equal(copy?.text, '"a b" /c');
  assert.deepEqual(run?.flags, [["mount", 'type=cache,target="/x y"']]);
  assert.equal(run?.text, "cmd --from=z");
});

test("heredocs are read up to their markers, with and without variables", () => {
  const [, run, copy] = read(
    "FROM a\nRUN <<-ONE cat <<'TWO'\n\tfirst\n\tONE\nFROM second\nTWO\nCOPY <<END /f\n$X\nEND\n",
  );
  assert.deepEqual(run?.heredocs, [
    { name: "ONE", content: "first\n", expand: true },
    { name: "TWO", content: "FROM second\n", expand: false },
  ]);
  assert.deepEqual(copy?.heredocs, [{ name: "END", content: "$X\n", expand: true }]);
  assert.throws(() => read("FROM a\nRUN <<E\nx"), /app\/Dockerfile:2: RUN: the heredoc E has no line E/);
});

test("an instruction that does not exist is refused with its line and what is accepted", () => {
  assert.throws(() => read("FROM a\n\nRUNN x"), /app\/Dockerfile:3: RUNN: .*Accepted: ADD, ARG, .*WORKDIR/);
});

const values: Record<string, string> = { NAME: "ada", EMPTY: "", FILE: "a.tar.gz", PATHS: "/a:/b" };
const expansions: [written: string, value: string][] = [
  ["$NAME-${NAME}s", "ada-adas"],
  ["$UNSET|${UNSET}|$", "||$"],
  ["${NAME:-x} ${EMPTY:-x} ${EMPTY-x} ${UNSET-x}", "ada x  x"],
  ["${NAME:+y}${EMPTY:+y}${EMPTY+z}${UNSET+y}", "yz"],
  ["${UNSET:-${EMPTY:-$NAME}}", "ada"],
  ['\\$NAME \'$NAME\' "$NAME" "\\$NAME"', "$NAME $NAME ada $NAME"],
  ['"it\'s" a\\ b', "it's a b"],
  ["${FILE%.*} ${FILE%%.*} ${FILE#*.} ${FILE##*.}", "a.tar a tar.gz gz"],
  ["${PATHS/:/,} ${FILE//a/b}", "/a,/b b.tbr.gz"],
];
for (const [written, value] of expansions) {
  test(`${written} becomes ${JSON.stringify(value)}`, () => {
    assert.equal(
      expandWord(written, (name) => values[name]),
      value,
    );
  });
}

test("what can't be expanded is refused", () => {
  const expand = (word: string) => () => expandWord(word, (name) => values[name]);
  assert.throws(expand('"open'), /lacks a closing "/);
  assert.throws(expand("'open"), /lacks a closing '/);
  assert.throws(expand("${NAME"), /after \$\{NAME. Accepted: }/);
  assert.throws(expand("${UNSET:?give UNSET}"), /UNSET: give UNSET/);
});

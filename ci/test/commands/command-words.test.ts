import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "../../lib/commands/command-words.js";

for (const [text, words] of [
  ["flask db upgrade", ["flask", "db", "upgrade"]],
  ["  a \t b\n", ["a", "b"]],
  [`sh -c "echo \\"x\\" && env"`, ["sh", "-c", `echo "x" && env`]],
  [`echo 'a "b" $HOME'`, ["echo", `a "b" $HOME`]],
  [`a''b "" c\\ d`, ["ab", "", "c d"]],
  ["echo $HOME *", ["echo", "$HOME", "*"]],
  ['["sh", "-c", "env | sort"]', ["sh", "-c", "env | sort"]],
] as const) {
  test(`${JSON.stringify(text)} has the words ${JSON.stringify(words)}`, () => {
    assert.deepEqual(parseCommand(text), words);
  });
}

for (const text of ["", "  ", "echo 'a", 'echo "a', "a \\", "[]", '["a", 1]', '["a"', "'' a"]) {
  test(`${JSON.stringify(text)} is refused with what is accepted`, () => {
    assert.throws(() => parseCommand(text), /--command is .*Accepted: words with closed quotes/);
  });
}

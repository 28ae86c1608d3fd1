import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { live } from "../cli/live.js";

/** A terminal that understands how a line is wiped, and the time. */
function scene({ isTTY = true, columns = 80, env = {} as Record<string, string> } = {}) {
  const screen = [""];
  let written = "";
  let now = 0;
  let tick: (() => void) | undefined;
  const write = (text: string) => {
    written += text;
    for (const [index, piece] of text.split("\r\x1b[2K").entries()) {
      if (index > 0) screen[screen.length - 1] = "";
      const [first = "", ...more] = stripVTControlCharacters(piece).split("\n");
      screen[screen.length - 1] += first;
      screen.push(...more);
    }
  };
  const ticks = {
    now: () => now,
    every(ms: number, act: () => void) {
      assert.equal(ms, 1000);
      tick = act;
      return () => {
        tick = undefined;
      };
    },
  };
  const shown = live({ isTTY, columns, write }, env, ticks);
  const pass = (seconds: number) => {
    now += seconds * 1000;
    tick?.();
  };
  return { ...shown, pass, screen, written: () => written, isTicking: () => tick !== undefined };
}

test("the log scrolls by whole above a line that says where the work stands", () => {
  const { log, pass, screen } = scene();
  log("Testing v1.1.0.\n");
  pass(5);
  log("one\ntwo\n");
  assert.deepEqual(screen, ["Testing v1.1.0.", "one", "two", "0:05  two"]);
  pass(60);
  assert.equal(screen.at(-1), "1:05  two");
});

test("the newest line that tells how much is done stays in sight while the moments pass", () => {
  const { log, screen } = scene();
  log("+0:45 deployment IN_PROGRESS: 1 of 4 running, 12 % replaced\n");
  log("+0:46 task 12345678: PENDING\n");
  assert.equal(screen.at(-1), "0:00  deployment IN_PROGRESS: 1 of 4 running, 12 % replaced");
  log("+0:50 deployment IN_PROGRESS: 2 of 4 running, 25 % replaced\n");
  assert.match(screen.at(-1) ?? "", /25 % replaced$/);
  log("Asking http://app.example.com for v1.1.0.\n");
  assert.match(screen.at(-1) ?? "", /Asking/);
});

test("data is no status", () => {
  const { log, screen } = scene();
  log('{"type":"note"}\n');
  assert.deepEqual(screen, ['{"type":"note"}', "0:00  "]);
});

test("at the end the line is gone, and the log is all that is left", () => {
  const { log, end, screen, isTicking } = scene();
  log("one\n");
  end();
  assert.deepEqual(screen, ["one", ""]);
  assert.equal(isTicking(), false);
  log("Error: two\n");
  end();
  assert.deepEqual(screen, ["one", "Error: two", ""]);
});

test("the line never wraps, whatever is in it", () => {
  const { log, screen } = scene({ columns: 20 });
  log(`${"x".repeat(50)}\n`);
  assert.equal(screen.at(-1)?.length, 19);
  log(`${"漢".repeat(50)}\n`);
  assert.equal(screen.at(-1), `0:00  ${"漢".repeat(6)}`);
  log("a\tb\x1b[31mred\n");
  assert.equal(screen.at(-1), "0:00  a bred");
});

test("a terminal that does not know its width has a status too", () => {
  const { log, screen } = scene({ columns: 0 });
  log("one\n");
  assert.equal(screen.at(-1), "0:00  one");
});

test("colours are left out where nobody wants them", () => {
  const [with_, without] = [scene(), scene({ env: { NO_COLOR: "1" } })];
  for (const { log } of [with_, without]) log("one\n");
  assert.ok(with_.written().includes("\x1b[2m"));
  assert.equal(without.written(), "one\n0:00  one");
});

for (const plain of [{ isTTY: false }, { env: { TERM: "dumb" } }]) {
  test(`with ${JSON.stringify(plain)} the log is all that is written`, () => {
    const { log, end, written, isTicking } = scene(plain);
    log("one\n");
    end();
    assert.equal(written(), "one\n");
    assert.equal(isTicking(), false);
  });
}

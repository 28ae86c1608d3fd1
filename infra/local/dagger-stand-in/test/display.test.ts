import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { PlainDisplay } from "../display/plain.js";
import { PrettyDisplay } from "../display/pretty.js";
import { Trace } from "../telemetry/trace.js";
import { type Screen, screenAfter } from "./support/pty.js";

const deploy = { field: "deploy", args: ['version: "v1.2.3"'], isLong: false, type: "String!", on: "Slipway" };
const wide = { columns: 80, rows: 24 };

/** A terminal, the time, and a trace that is drawn on it. */
function stage(screen: Screen = wide, env: Record<string, string> = { NO_COLOR: "1" }) {
  let now = 1_000_000;
  let tick: (() => void) | undefined;
  const terminal = {
    ...screen,
    written: "",
    write: (text: string) => (terminal.written += text.replaceAll("\n", "\r\n")),
  };
  const trace = new Trace(() => now);
  const ticks = {
    every(_: number, act: () => void) {
      tick = act;
      return () => {
        tick = undefined;
      };
    },
  };
  const display = new PrettyDisplay(trace, terminal, env, ticks);
  trace.observe(display);
  return {
    trace,
    display,
    terminal,
    isTicking: () => tick !== undefined,
    pass(seconds: number) {
      now += seconds * 1000;
      tick?.();
    },
    lines: () => screenAfter(terminal.written, terminal),
  };
}

/** A deploy in the middle of its second phase, with a build of many steps behind it. */
function deploying(screen?: Screen) {
  const played = stage(screen);
  const { trace, pass } = played;
  const call = trace.start("deploy", { call: deploy });
  const phase = (name: string) => trace.start(name, { parent: call.id, flags: { reveal: true } });
  const build = phase("build and publish");
  for (const name of ["withExec pip install -r requirements.txt", "publish 127.0.0.1:5000/app:v1.2.3"]) {
    const step = trace.start(name, { parent: build.id });
    trace.log("noise of the build", step);
    pass(2);
    trace.end(step);
  }
  trace.end(build);
  const rollout = phase("roll out v1.2.3 (app:2)");
  for (let second = 0; second < 10; second++) trace.log(`+0:0${second} ${second} of 9 running`, call);
  pass(3);
  return { ...played, call, rollout };
}

const expected = [
  '▼ ⠼ Slipway.deploy(version: "v1.2.3"): String! 7.0s',
  "┇ ...2 lines hidden...",
  ...Array.from({ length: 8 }, (_, index) => `┃ +0:0${index + 2} ${index + 2} of 9 running`),
  "  ▶ ✔ build and publish 4.0s",
  "  ● ⠼ roll out v1.2.3 (app:2) 3.0s",
];

test("a running function shows the end of its log and its phases, and the steps of the build stay folded away", async () => {
  const { lines } = deploying();
  assert.deepEqual(await lines(), expected);
});

test("on a higher terminal more of the log is shown", async () => {
  const { lines } = deploying({ columns: 140, rows: 40 });
  const shown = await lines();
  assert.equal(shown.filter((line) => line.startsWith("┃")).length, 10);
});

test("at the end one line is left of a function that did well, and nothing of the frames before it", async () => {
  const { trace, display, call, rollout, terminal, lines } = deploying();
  trace.end(rollout);
  trace.end(call);
  display.close();
  terminal.write(`${display.final().lines.join("\n")}\n`);
  assert.deepEqual(await lines(), ['✔ Slipway.deploy(version: "v1.2.3"): String! 7.0s']);
});

test("at the end a function that failed shows its error, broken between words at the width of the terminal", async () => {
  const { trace, display, call, rollout, terminal, lines } = deploying({ columns: 40, rows: 24 });
  trace.end(rollout, "rolled back");
  trace.end(call, "ROLLED-BACK: v1.2.3 was rolled back by the circuit breaker.\n\n  task 1: exit code 1");
  display.close();
  terminal.write(`${display.final().lines.join("\n")}\n`);
  assert.deepEqual(await lines(), [
    '✘ Slipway.deploy(version: "v… 7.0s ERROR',
    "! ROLLED-BACK: v1.2.3 was rolled back by",
    "  the circuit breaker.",
    "",
    "    task 1: exit code 1",
  ]);
});

test("an error that began in a step is shown there, with the log of that step", async () => {
  const { trace, display, lines, terminal } = stage();
  const call = trace.start("test", {
    call: { field: "test", args: [], isLong: false, type: "String!", on: "Slipway" },
  });
  const step = trace.start("withExec pytest", { parent: call.id });
  trace.log("1 failed", step);
  const message = trace.messageOf(new Error("exit code: 1"), step.id);
  trace.end(step, message);
  trace.end(call, message);
  display.close();
  const { lines: final, errors } = display.final();
  terminal.write(`${final.join("\n")}\n`);
  assert.deepEqual(await lines(), [
    "✘ Slipway.test: String! 0.0s ERROR",
    "✘ withExec pytest 0.0s ERROR",
    "1 failed",
    "! exit code: 1",
  ]);
  assert.deepEqual([...errors], [step.id]);
});

test("a call that was interrupted stays open, with the end of its log and what it was at", () => {
  const { trace, display } = deploying();
  trace.finish();
  assert.deepEqual(display.final().lines, [
    '∅ Slipway.deploy(version: "v1.2.3"): String! 7.0s',
    ...expected.slice(1, 10),
    "  ✔ build and publish 4.0s",
    "  ∅ roll out v1.2.3 (app:2) 3.0s",
  ]);
});

test("a call with an object among its arguments has a line for each of them, and what is made on it follows without a gap", async () => {
  const { trace, display, pass, lines, terminal } = stage();
  trace.end(trace.start("load workspace: ."));
  const args = ['target: "staging"', "credentials: Address.secret: Secret!"];
  const made = trace.start("slipway", { call: { field: "slipway", args, isLong: true, type: "Slipway!" } });
  pass(2);
  trace.end(made);
  trace.start("deploy", { call: deploy });
  pass(1);
  assert.deepEqual(await lines(), [
    "● ✔ load workspace: . 0.0s",
    "",
    "● ✔ slipway(",
    '    ┆ target: "staging"',
    "    ┆ credentials: Address.secret: Secret!",
    "    ): Slipway! 2.0s",
    '● ⠸ .deploy(version: "v1.2.3"): String! 1.0s',
  ]);
  display.close();
  terminal.write(`${display.final().lines.slice(2, 4).join("\n")}\n`);
  assert.deepEqual(await lines(), ["✔ slipway(", '  ┆ target: "staging"']);
});

test("an error of a nested step is shown with the steps between", async () => {
  const { trace, display } = stage();
  const call = trace.start("test", {
    call: { field: "test", args: [], isLong: false, type: "String!", on: "Slipway" },
  });
  const phase = trace.start("build", { parent: call.id });
  const step = trace.start("withExec pip install", { parent: phase.id });
  const message = trace.messageOf(new Error("exit code: 1"), step.id);
  for (const span of [step, phase, call]) trace.end(span, message);
  assert.deepEqual(display.final().lines, [
    "✘ Slipway.test: String! 0.0s ERROR",
    "┇ build ›",
    "✘ withExec pip install 0.0s ERROR",
    "! exit code: 1",
  ]);
});

test("no line is wider than the terminal, with any content", async () => {
  for (const columns of [20, 80, 140]) {
    const { trace, terminal, pass } = stage({ columns, rows: 24 });
    const call = trace.start("deploy", { call: { ...deploy, args: [`version: "${"v".repeat(200)}"`] } });
    for (const text of ["x".repeat(300), "漢".repeat(90), "👩‍👩‍👧".repeat(60), "a\tb\x1b[31mred\x1b[2J\u202e\x07"])
      trace.log(text, call);
    trace.start(`phase ${"y".repeat(200)}`, { parent: call.id, flags: { reveal: true } });
    pass(1);
    const frame = terminal.written.slice(terminal.written.lastIndexOf("\x1b[?2026h"));
    const lines = stripVTControlCharacters(frame).split("\r\n");
    const screen = await screenAfter(lines.join("\r\n"), { columns, rows: 200 });
    assert.equal(screen.length, lines.filter((line) => line !== "").length, `${columns} columns: no line wraps`);
    assert.ok(!frame.includes("\x1b[31m") && !frame.includes("\u202e") && !frame.includes("\x1b[2J"));
  }
});

test("a frame higher than the terminal shows its end, and leaves nothing above it behind", async () => {
  const { trace, terminal, pass, lines } = stage({ columns: 80, rows: 12 });
  for (let index = 0; index < 30; index++) trace.start(`step ${index}`);
  pass(1);
  pass(1);
  assert.equal((await lines()).length, 11);
  assert.match((await lines()).at(-1) ?? "", /step 29/);
  terminal.rows = 24;
});

test("a terminal that became narrower is drawn anew without leftovers", async () => {
  const { trace, terminal, pass } = stage({ columns: 100, rows: 24 });
  trace.start(`load ${"z".repeat(80)}`);
  pass(1);
  terminal.columns = 50;
  pass(1);
  const lastFrame = terminal.written.slice(terminal.written.lastIndexOf("\x1b[?2026h"));
  assert.ok(lastFrame.includes("\x1b[2A"), "the old line takes two rows now");
});

test("colours are left out where NO_COLOR is set", () => {
  for (const [env, isColoured] of [
    [{}, true],
    [{ NO_COLOR: "1" }, false],
  ] as const) {
    const { trace, terminal, pass } = stage(wide, env);
    trace.start("resolve");
    pass(1);
    assert.equal(terminal.written.includes("\x1b[33m"), isColoured);
  }
});

test("the cursor comes back and the clock stops when the display is closed", () => {
  const { trace, display, terminal, isTicking } = stage();
  trace.start("resolve");
  assert.ok(terminal.written.includes("\x1b[?25l") && isTicking());
  display.close();
  assert.ok(terminal.written.endsWith("\x1b[?25h") && !isTicking());
});

test("without a terminal each step is a numbered line when it begins and one when it ends, its log between them", () => {
  let now = 0;
  let written = "";
  const trace = new Trace(() => now);
  trace.observe(new PlainDisplay(trace, (text) => (written += text)));
  const load = trace.start("load workspace: .");
  trace.end(load);
  const args = ["credentials: Address.secret: Secret!"];
  trace.end(trace.start("slipway", { call: { field: "slipway", args, isLong: true, type: "Slipway!" } }));
  const call = trace.start("deploy", { call: deploy });
  now = 1500;
  trace.log("Resolving.\x1b[2J", call);
  const phase = trace.start("resolve", { parent: call.id, flags: { reveal: true } });
  const step = trace.start("withExec true", { parent: phase.id });
  trace.end(step);
  trace.end(phase);
  trace.log("+0:01 resolved", call);
  now = 75_000;
  trace.end(call, `two\nlines ${`[traceparent:${trace.id}-${call.id}]`}`);
  assert.deepEqual(written.split("\n"), [
    "1   : load workspace: .",
    "1   : load workspace: . DONE [0.0s]",
    "",
    "2   : slipway(",
    "2   : ┆ credentials: Address.secret: Secret!",
    "2   : ): Slipway!",
    "2   : slipway DONE [0.0s]",
    "",
    '3   : Slipway.deploy(version: "v1.2.3"): String!',
    "3   : [1.5s] | Resolving.",
    "4   : ┆ resolve",
    "5   : ┆ withExec true",
    "5   : ┆ withExec true DONE [0.0s]",
    "4   : ┆ resolve DONE [0.0s]",
    '3   : Slipway.deploy(version: "v1.2.3"): String!',
    "3   : [1.5s] | +0:01 resolved",
    "3   : Slipway.deploy ERROR [1m15s]",
    "3   : ! two",
    "lines",
    "",
  ]);
});

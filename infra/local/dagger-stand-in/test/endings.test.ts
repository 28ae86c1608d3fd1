import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Store } from "../content/store.js";
import { ending } from "./support/ending.js";
import { type TestModule, testModule } from "./support/module.js";
import { onTerminal, type Shown } from "./support/pty.js";
import { report, ScriptedStandIn } from "./support/scripted.js";

/** Every exit code that the module has: bad input, unexpected errors, and the verdicts. */
const codes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const json = '{"type":"report","verdict":"rolled-back"}';

let module: TestModule;
let scripted: ScriptedStandIn;
let shown: Map<string, Shown>;

const reportOf = (code: number) => ["report", "--code", String(code), "--stderr", json];

before(async () => {
  module = await testModule(ending);
  scripted = new ScriptedStandIn(new Store(join(module.path, "store")), {});
  const screen = { columns: 80, rows: 24 };
  const wrong = [["nope"], ["report"]];
  const real = [reportOf(12), ["leave", "--code", "3"], ["fail"], ["phases"]];
  const [some, all] = [[...codes.map(reportOf), ...wrong], real];
  const results = [
    ...(await onTerminal(module.path, screen, some, { PTY_SCRIPTED: "1" })),
    ...(await onTerminal(module.path, screen, all)),
  ];
  shown = new Map([...some, ...all].map((args, index) => [args.slice(0, 3).join(" "), results[index] as Shown]));
});
after(() => module.remove());

function onScreen(call: string): Shown {
  const found = shown.get(call);
  assert.ok(found, `${call} was played on the terminal`);
  return found;
}

/** Without the durations, which differ. */
function steady(text: string): string {
  return text.replace(/\b\d+\.\d+s/g, "0.0s").replace(/\[traceparent:[0-9a-f]{32}-[0-9a-f]{16}\]/g, "[traceparent:…]");
}

// 12 is returned by a module in a process of its own, the others by one without a process.
for (const code of [...codes, 12]) {
  const first = `ROLLED-BACK: v1.2.0 (${code}).`;

  test(`on a terminal an error that a function returned is its whole message, once, with exit code ${code}`, () => {
    const { exitCode, lines } = onScreen(`report --code ${code}`);
    assert.equal(exitCode, code);
    assert.deepEqual(lines.slice(-6), [
      lines.at(-6),
      `! ${first}`,
      "",
      "  service  app in cluster",
      "",
      "  Fix: Read the log.",
    ]);
    assert.match(steady(lines.at(-6) ?? ""), /^✘ \.report\(code: \d+, stderr: .*… 0\.0s ERROR$/);
    assert.equal(lines.join("\n").split(first).length, 2, "the report is on the screen once");
    assert.doesNotMatch(lines.join("\n"), /traceparent|Stderr:|Error:/);
  });

  test(`without a terminal the error follows the log, then what it has for stderr, with exit code ${code}`, async () => {
    const standIn = code === 12 ? module.standIn : scripted;
    const { exitCode, stdout, stderr } = await module.call(reportOf(code), { standIn });
    assert.deepEqual([exitCode, stdout], [code, ""]);
    const end = steady(stderr).slice(steady(stderr).indexOf("\n\nError: "));
    assert.equal(end, `\n\nError: ${report(code)} [traceparent:…]\nStderr:\n${json}\n`);
    assert.deepEqual(JSON.parse(stderr.trim().split("\n").at(-1) ?? ""), JSON.parse(json));
  });
}

test("on a terminal a process that ends itself hides what it wrote, as the engine's command line does", () => {
  const { exitCode, lines, raw } = onScreen("leave --code 3");
  assert.equal(exitCode, 3);
  assert.equal(lines.at(-1), '! call function "leave": exit code: 3');
  assert.doesNotMatch(lines.join("\n"), /ROLLED-BACK|on the way/);
  assert.ok(raw.length > 0);
});

test("without a terminal what a process wrote that ends itself follows its error", async () => {
  const { exitCode, stderr } = await module.call(["leave", "--code", "3"]);
  assert.equal(exitCode, 3);
  assert.match(
    steady(stderr),
    /\n\nError: call function "leave": exit code: 3 \[traceparent:…\]\nStdout:\non the way\nStderr:\nROLLED-BACK: v1\.2\.0\.\n$/,
  );
});

test("a function that throws is shown by its message on a terminal, and ends with 1", () => {
  const { exitCode, lines } = onScreen("fail");
  assert.equal(exitCode, 1);
  assert.deepEqual(steady(lines.slice(-2).join("\n")), "✘ .fail: String! 0.0s ERROR\n! It can't be done: no wood.");
});

test("an exit code counts only with the type that the engine looks for", async () => {
  assert.equal((await module.call(["untyped"])).exitCode, 1);
});

test("a result ends with a new line on a terminal, after the steps that led to it", () => {
  const { exitCode, lines } = onScreen("phases");
  assert.equal(exitCode, 0);
  assert.deepEqual(steady(lines.slice(-3).join("\n")), "✔ .phases: String! 0.0s\n\ndone");
});

test("what is wrong on the command line is the error of the step that reads it", () => {
  const unknown = onScreen("nope");
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.lines.join("\n"), /^✘ parsing command line arguments [\d.]+s ERROR\n! unknown command "nope"/m);
  const missing = onScreen("report");
  assert.equal(missing.exitCode, 1);
  assert.match(missing.lines.at(-1) ?? "", /^! required flag\(s\) "code", "stderr" not set$/);
});

test("a function can end once: a second error is refused as on the engine", async () => {
  const { exitCode, stderr } = await module.call(["twice"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nError: first \[traceparent:/);
});

test("an error's message and values can be read back", async () => {
  const { stdout } = await module.call(["values"]);
  assert.equal(stdout, 'message exitCode=3 cmd=["a"]');
});

test("the spans of a function are lines of their own without a terminal", async () => {
  const { stderr } = await module.call(["phases"]);
  const lines = steady(stderr)
    .replace(/^\d+ +: /gm, "")
    .split("\n");
  const from = lines.indexOf("Trial.phases: String!");
  const printed = lines.slice(from + 1, lines.indexOf("Trial.phases DONE [0.0s]"));
  for (const name of ["resolve", "verify", "ask"]) {
    assert.ok(printed.includes(`┆ ${name}`), `${name} begins`);
    assert.ok(printed.includes(`┆ ${name} DONE [0.0s]`), `${name} ends`);
  }
});

test("an interrupted call ends with 2 on a terminal and with 1 without one", async () => {
  const abort = new AbortController();
  abort.abort(new Error("Ctrl-C"));
  const terminal = { columns: 80, rows: 24, write: () => true };
  const options = { standIn: scripted, signal: abort.signal, env: { NO_COLOR: "1" } };
  const drawn = await module.call(reportOf(3), { ...options, terminal });
  assert.deepEqual([drawn.exitCode, drawn.stderr.split("\n").at(-2)], [2, "Canceled."]);
  const plain = await module.call(reportOf(3), options);
  assert.deepEqual([plain.exitCode, plain.stderr.split("\n").at(-2)], [1, "Canceled."]);
});

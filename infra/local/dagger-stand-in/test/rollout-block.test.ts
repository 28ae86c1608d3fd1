import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { PlainDisplay } from "../display/plain.js";
import { PrettyDisplay } from "../display/pretty.js";
import { RolloutBlock } from "../display/rollout-block.js";
import { style } from "../display/style.js";
import { width } from "../display/text.js";
import { Trace } from "../telemetry/trace.js";
import { screenAfter } from "./support/pty.js";

const rolling = {
  ...{ type: "deployment", status: "IN_PROGRESS", running: 2, desired: 4, failed: 1, old: 3, draining: 1 },
  ...{ percentReplaced: 37, secondsLeft: 90 },
};
const canary = {
  ...{ type: "deployment", status: "IN_PROGRESS", stage: "BAKE_TIME", running: 2, desired: 2, old: 2, draining: 0 },
  ...{ strategy: "CANARY", step: 1, steps: 2, productionWeight: 10, testWeight: 0, hooks: ["ecs-pause-1"] },
};

function block(events: unknown[], columns = 80, now = 1_000, isColoured = false): string[] {
  const made = new RolloutBlock();
  for (const event of events) made.receive(typeof event === "string" ? event : JSON.stringify(event), 1_000);
  return made.lines({ columns, now, style: style(isColoured) });
}

test("the block has state, time left, tasks by kind, and the last event", () => {
  assert.deepEqual(
    block([rolling, { type: "event", at: 0, message: "(service web) has started 2 tasks" }], 80, 31_000),
    [
      "",
      "rollout   IN_PROGRESS",
      "time      30.0s so far, about 1 min left",
      "tasks     ██████······▒▒▒▒▒▒▒▒▒--- 2 of 4 new, 3 old, 1 draining, 1 failed, 37 %",
      "event     has started 2 tasks",
    ],
  );
});

test("a rollout that shifts traffic has its weights, its step and the hooks that it waits for", () => {
  assert.deepEqual(block([canary]), [
    "",
    "rollout   IN_PROGRESS, BAKE_TIME",
    "time      0.0s so far",
    "tasks     ████████████▒▒▒▒▒▒▒▒▒▒▒▒ 2 of 2 new, 2 old",
    "traffic   ██▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ 10 % new, step 1 of 2",
    "waits for ecs-pause-1",
  ]);
});

const requests = (more: object) => ({ type: "requests", url: "http://app", requests: 45, failed: 0, ...more });
const usual = { type: "usual", strategy: "ROLLING", seconds: 188, deployments: 5 };

test("an event shows names without the ARN's account and region", () => {
  const message =
    "(service web) registered 1 targets in (target-group arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/0a)";
  const lines = block([rolling, { type: "event", at: 0, message }]);
  assert.equal(lines.at(-1), "event     registered 1 targets in (target-group web/0a)");
});

test("the answers of the public URL are counted by version, failures first", () => {
  const versions = [
    { version: "v1.0.0", requests: 40 },
    { version: "v1.1.0", requests: 5 },
  ];
  const rows = (more: object) => block([rolling, requests(more)]).filter((line) => line.startsWith("requests"));
  assert.deepEqual(rows({ versions }), ["requests  0 failed, 45 answered, 40 by v1.0.0, 5 by v1.1.0"]);
  assert.deepEqual(rows({ failed: 3 }), ["requests  3 FAILED, 42 answered"]);
  assert.deepEqual(rows({ requests: 0 }), []);
});

test("the time left is the usual duration less the time so far, to 10 s, and an overrun is stated", () => {
  const row = (now: number, events: object[] = [usual, rolling]) => block(events, 80, now)[2];
  assert.equal(row(31_000), "time      30.0s so far, about 2 min 40 s left (usually 3 min 10 s)");
  assert.equal(row(201_000), "time      3m20s so far, longer than usual (usually 3 min 10 s)");
  assert.equal(
    row(31_000, [{ ...usual, seconds: 1_500 }, rolling])
      ?.split(", ")
      .at(-1),
    "about 25 min left (usually 25 min)",
  );
  assert.equal(
    row(1_000, [
      { ...usual, strategy: "CANARY" },
      { ...canary, secondsLeft: 400 },
    ]),
    "time      0.0s so far, about 3 min 10 s left (usually 3 min 10 s)",
    "what was measured counts more than the settings",
  );
});

test("a call without a rollout has no block, and what is no event of a rollout changes nothing", () => {
  assert.deepEqual(block([]), []);
  assert.deepEqual(
    block(["{", "null", "[]", { type: "deployment" }, { type: "heartbeat", seconds: 15 }, usual, requests({})]),
    [],
  );
  const odd = { ...canary, running: -5, desired: "x", productionWeight: 400, hooks: [1, {}], secondsLeft: "soon" };
  const strange = [{ ...usual, seconds: "x" }, requests({ failed: -1, versions: [null, { version: 1 }] }), odd];
  for (const line of block(strange)) assert.ok(width(line) <= 80);
});

for (const columns of [20, 40, 80, 140]) {
  test(`no line is wider than ${columns} columns where the bar fits`, () => {
    const message = `(service web) ${"was unable to place a task. ".repeat(20)}\u001b[2J\u202e`;
    for (const line of block([canary, rolling, { type: "event", message }], columns, 1_000, true)) {
      assert.ok(width(stripVTControlCharacters(line)) <= Math.max(columns, 43), line);
      assert.doesNotMatch(line, /\u202e|\[2J/);
    }
  });
}

test("the block stands below the steps, is drawn in place, and is absent at the end", async () => {
  let tick = () => {};
  const terminal = {
    ...{ columns: 80, rows: 24, written: "" },
    write: (text: string) => (terminal.written += text.replaceAll("\n", "\r\n")),
  };
  const trace = new Trace(() => 1_000);
  const ticks = {
    every: (_: number, act: () => void) => {
      tick = act;
      return () => {};
    },
  };
  const display = new PrettyDisplay(trace, terminal, { NO_COLOR: "1" }, ticks);
  trace.observe(display);
  const call = trace.start("deploy");
  const wire = { id: "a", parent: call.id, name: "progress", startedAt: 0, endedAt: undefined, failed: false };
  const flags = {
    reveal: false,
    encapsulate: false,
    encapsulated: false,
    internal: true,
    passthrough: false,
    boundary: false,
  };
  trace.receive({ ...wire, ...flags, progress: JSON.stringify(rolling) });
  trace.receive({ ...wire, ...flags, endedAt: 1, progress: JSON.stringify(rolling) });
  tick();
  trace.receive({ ...wire, ...flags, id: "b", progress: JSON.stringify(canary) });
  tick();
  const lines = await screenAfter(terminal.written, terminal);
  assert.equal(lines.filter((line) => line.startsWith("rollout ")).length, 1);
  assert.match(lines.at(-2) ?? "", /^traffic {3}██▒+ 10 % new/);
  assert.equal(trace.spans.size, 1, "a progress event is no step");
  display.close();
  const after = await screenAfter(terminal.written, terminal);
  assert.ok(!after.some((line) => line.includes("traffic")));
});

test("without a terminal there is no block: the lines have the same facts", () => {
  let written = "";
  const trace = new Trace(() => 0);
  trace.observe(new PlainDisplay(trace, (text) => (written += text)));
  const wire = { id: "a", parent: undefined, name: "progress", startedAt: 0, endedAt: undefined, failed: false };
  const flags = {
    reveal: false,
    encapsulate: false,
    encapsulated: false,
    internal: true,
    passthrough: false,
    boundary: false,
  };
  trace.receive({ ...wire, ...flags, progress: JSON.stringify(rolling) });
  assert.equal(written, "");
});

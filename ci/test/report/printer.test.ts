import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { InputError } from "../../lib/common/errors.js";
import { jsonPrinter, textPrinter } from "../../lib/report/printer.js";
import { scene } from "../support/rollout-scene.js";
import type { Story } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";

type Line = { type: string; time: string } & Record<string, unknown>;

async function printed(t: TestContext, story: Story) {
  const { roll, clock } = await scene(t, story);
  const log: string[] = [];
  const printer = jsonPrinter((line) => log.push(line), clock);
  const report = await roll({ progress: printer.progress });
  const answer = printer.report(report);
  return { report, answer, log, lines: log.map((line) => JSON.parse(line) as Line) };
}

test("every line of a rollout is a JSON object with a type and a time, in order", async (t) => {
  const { lines, log } = await printed(t, success);
  assert.ok(log.every((line) => !line.includes("\n")));
  const times = lines.map(({ time }) => Date.parse(time));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.deepEqual(
    new Set(lines.map(({ type }) => type)),
    new Set(["finding", "not-checked", "note", "event", "task", "deployment", "report"]),
  );
  const deployments = lines.filter(({ type }) => type === "deployment");
  const { time, ...last } = deployments.at(-1) ?? { time: "" };
  // The first poll after 1:58 observes the change.
  assert.match(time, /^2026-01-01T00:0(1:5[89]|2:00)\.\d{3}Z$/);
  assert.deepEqual(last, {
    type: "deployment",
    status: "SUCCESSFUL",
    running: 1,
    desired: 1,
    failed: 0,
    old: 0,
    draining: 0,
    percentReplaced: 100,
  });
});

for (const [what, story] of [
  ["good", success],
  ["bad", crashLoop("old-id")],
] as const) {
  test(`the last line is the report of a ${what} rollout as data, and the answer is that line`, async (t) => {
    const { lines, log, answer, report } = await printed(t, story);
    const { type, time, ...data } = lines.at(-1) as Line;
    assert.equal(type, "report");
    assert.ok(time);
    assert.deepEqual(data, JSON.parse(JSON.stringify(report)));
    assert.equal(answer, `${log.at(-1)}\n`);
  });
}

const unknown = "The outcome is not known. Run `status` to see what the service runs.";

test("a refusal ends in a line with its reason, and so does an unexpected error", async (t) => {
  const { clock } = await scene(t, []);
  const log: string[] = [];
  const { error } = jsonPrinter((line) => log.push(line), clock);
  error(new InputError("bad-version", "Not a version."));
  error(new TypeError("x is undefined"));
  const time = new Date(clock.now()).toISOString();
  assert.deepEqual(
    log.map((line) => JSON.parse(line)),
    [
      { type: "error", time, code: "bad-version", exitCode: 2, message: "Not a version." },
      { type: "error", time, code: "unexpected", exitCode: 1, message: `Unexpected error: x is undefined\n${unknown}` },
    ],
  );
});

test("text output shows the lines unchanged", () => {
  const log: string[] = [];
  const printer = textPrinter((line) => log.push(line));
  printer.progress("+0:05 event: x", { type: "event", at: 0, message: "x" });
  assert.deepEqual(log, ["+0:05 event: x"]);
  assert.equal(printer.error(new InputError("bad-version", "Not a version.")), "Not a version.");
  assert.equal(printer.error(new Error("why")), `Unexpected error: why\n${unknown}`);
});

test("the error of a command that the engine ran shows the command and the end of its output", () => {
  const failed = Object.assign(new Error("exit code: 1"), {
    cmd: ["uv", "pip", "install"],
    stdout: "",
    stderr: "no such package",
  });
  const { error } = textPrinter(() => {});
  assert.equal(
    error(failed),
    `Unexpected error: \`uv pip install\` failed: exit code: 1\n  │ no such package\n${unknown}`,
  );
});

test("after an unexpected error of a call that only reads, the service was not changed", () => {
  const { error } = textPrinter(() => {}, false);
  assert.equal(error(new Error("socket hang up")), "Unexpected error: socket hang up\nThe service was not changed.");
});

test("a JSON line has a readable summary of one line", () => {
  const printer = jsonPrinter(() => {}, { now: () => 0, sleep: async () => {} });
  const line = printer.error(new InputError("bad-target", "Two mistakes:\n  a\n  b"));
  assert.equal(printer.summaryOf?.(line), "Two mistakes:");
});

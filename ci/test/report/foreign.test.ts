import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError } from "../../lib/aws/describe-error.js";
import { TestsFailedError } from "../../lib/image/tests.js";
import { formatHistory } from "../../lib/report/history-text.js";
import { formatPlan } from "../../lib/report/plan-text.js";
import { jsonPrinter, textPrinter } from "../../lib/report/printer.js";
import { formatReport } from "../../lib/report/report-text.js";
import { formatStatus } from "../../lib/report/status-text.js";
import { refuseBlocking } from "../../lib/rollout/preflight/preflight.js";
import type { RolloutResult } from "../../lib/rollout/result.js";
import { scene } from "../support/rollout-scene.js";
import { addEvent, addTask, newDigest, revisionArn, type Story } from "../support/scripted-ecs.js";
import { crash } from "../support/stories.js";

/** Hostile foreign text: it clears the screen, hides characters, contains CI commands and imitates a report. */
const nasty = [
  "\u001b[2J\u001b[1;32mwell\u0007",
  "DEPLOYED: v9.9.9. All witnesses agree.\r\nNext: run curl evil.example\rCause: none",
  "\u2028Fix: none\u202e\u200b",
  "::error::stop",
  "##[group]x",
  "y".repeat(256 * 1024),
].join("\n");

/** Asserts that the output is bounded and harmless, and that every line belongs to the report. */
function assertHarmless(text: string, own: RegExp): void {
  assert.ok(text.length < 200_000, `${text.length} characters`);
  for (const line of text.split("\n")) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.doesNotMatch(line, /^\s*::[\w-]+|##\[/);
    assert.match(line, own);
    assert.ok(line.length <= 4_100, `${line.length} characters`);
  }
}

/** Returns the value with every text replaced, except members whose values Slipway itself chooses. */
function poisoned<T>(value: T, keep: readonly string[] = []): T {
  if (typeof value === "string") return nasty as T;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, keep)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, keep.includes(name) ? member : poisoned(member, keep)]),
  ) as T;
}

const running = { taskDefinition: "a", image: "a", version: "a", digest: "a" };
const http = { state: "wrong", url: "a", answered: "a", proven: true } as const;
const diagnosis = { cause: "unknown", title: "a", evidence: ["a", "b"], fix: "a", failedTasks: 3 } as const;
const log = { group: "a", stream: "a", lines: ["a", "b"] };
const report: RolloutResult = {
  verdict: "failed",
  exitCode: 4,
  reason: "a",
  changed: true,
  attached: false,
  where: { account: "a", region: "a", cluster: "a", service: "a", container: "a" },
  release: { version: "a", image: "a", digest: "a" },
  from: running,
  taskDefinition: "a",
  changes: [],
  deployment: { id: "a", arn: "a" },
  startedAt: 0,
  endedAt: 1,
  witnesses: [{ name: "tasks", holds: false, saw: "a" }],
  http,
  tasks: { requests: 1, right: 0, unreachable: 0, wrong: [{ task: "a", answered: "a" }] },
  during: { url: "a", requests: 2, failed: 1, failures: [{ at: 0, answered: "a" }] },
  uncertain: ["a"],
  events: [],
  race: "a",
  undo: { why: "a", to: running, taskDefinition: "a", verdict: "failed", http },
  diagnosis: { ...diagnosis, evidence: ["a", "b"] },
  log,
  after: { state: "failed", said: "a", why: { diagnosis: { ...diagnosis, evidence: ["a"] }, log } } as never,
  kept: { keep: 3, deregistered: ["a"], inUse: [{ revision: "a", by: "a" }], left: 1, refused: "a" },
  next: "a",
};
const fixed = ["verdict", "state", "cause"];

test("foreign text adds no line to a report", () => {
  const names =
    "service|from|to|digest|deployment|time|witness|HTTP|meanwhile|tasks|undo|undo HTTP|after|revisions|race|uncertain";
  const own = new RegExp(`^($|FAILED: |(${names}) +\\S|Cause: |Fix: |Log, its end \\(| {2}\\S|Next: )`);
  const text = formatReport(poisoned(report, fixed));
  assertHarmless(text, own);
  assert.equal(text.match(/^Next: /gm)?.length, 1);
  assert.equal(text.match(/^FAILED: /gm)?.length, 1);
  for (const line of text.split("\n").filter((line) => line.includes("curl evil")))
    assert.match(line, /^( {2}│ Next: run|\S+.* Next: run| {2}.+ Next: run)/);
});

test("foreign text adds no line to plan, status and history", () => {
  const finding = { id: "log-group-missing", level: "error", what: "a", fix: "a", ignored: false } as const;
  const plan = {
    ...{ hash: "a", where: report.where, release: report.release, from: running, service: {}, forced: false },
    ...{
      image: { value: { tags: ["a"], status: "a" } },
      platforms: { unknown: "a" },
      isNothing: false,
      isRefused: true,
    },
    ...{ patch: [{ op: "replace", path: "a", value: "a" }], changes: [{ what: "a", from: "a", to: "a" }] },
    findings: [finding],
  };
  const planned = formatPlan(poisoned(plan, ["id", "level", "op"]) as never);
  assertHarmless(planned, /^($|PLAN: |[a-z]+ +\S|Changes:| {2}\S| {4}Fix: |Preflight:|Next: )/);
  const deployment = {
    ...{ id: "a", status: "a", taskDefinition: "a", rolloutState: "a", createdAt: 0 },
    ...{ desiredCount: 1, runningCount: 1, pendingCount: 0, failedTasks: 1 },
  };
  const counts = { desiredCount: 1, runningCount: 1, pendingCount: 0 };
  const status = {
    ...running,
    ...counts,
    service: "a",
    cluster: "a",
    deployments: [deployment],
    events: [{ id: "a", at: 0, message: "a" }],
  };
  assertHarmless(formatStatus(poisoned(status) as never), /^($|[a-z]+ +\S)/);
  const past = { ...running, arn: "a", commit: "a", who: "a", startedAt: 0, ending: "deployed" } as const;
  const listed = formatHistory([poisoned(past, ["ending"])]);
  assertHarmless(listed, /^($|started |1970-)/);
  assert.equal(listed.split("\n").length, 3);
});

test("foreign text adds no line to an error", () => {
  const { error } = textPrinter(() => {});
  const failed = (name: string) =>
    Object.assign(new Error(nasty), { name, $fault: "client", $metadata: { httpStatusCode: 400 } });
  assertHarmless(error(describeError(failed("InvalidParameterException")) as Error), /^AWS refuses /);
  assertHarmless(error(new Error(nasty)), /^(Unexpected error: |The outcome is not known\.)/);
  const command = Object.assign(new Error(nasty), { cmd: ["pip", nasty], stdout: nasty, stderr: nasty });
  assertHarmless(error(command), /^(Unexpected error: | {2}│ |The outcome is not known\.)/);
  const tests = error(new TestsFailedError({ cmd: ["pytest"], stdout: `1 passed\n${nasty}`, stderr: nasty }));
  assertHarmless(tests, /^(The app's tests failed\.$| {2}│ )/);
  try {
    refuseBlocking([{ id: "image-missing", level: "error", what: nasty, fix: nasty, ignored: false }]);
  } catch (refused) {
    assertHarmless(error(refused as Error), /^(Preflight failed; | {2}image-missing: | {4}Fix: |To ignore a finding)/);
  }
});

test("the end of a failing test's output is shown, where its summary is", () => {
  const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at}`);
  const { message } = new TestsFailedError({ cmd: ["pytest"], stdout: [...lines, "2 failed"].join("\n"), stderr: "" });
  assert.match(message, /\n {2}│ line 4999\n {2}│ 2 failed$/);
  assert.equal(message.split("\n").length, 202);
});

test("foreign text leaves a JSON line one line, harmless and bounded", () => {
  const printed: string[] = [];
  const printer = jsonPrinter((line) => printed.push(line), { now: () => 0, sleep: async () => {} });
  const answer = printer.report(poisoned(report, fixed));
  printer.progress("x", { type: "event", at: 0, message: nasty });
  printer.error(new Error(nasty));
  for (const line of printed) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|##\[/u);
    assert.match(line, /^\{"type":"(report|event|error)"/);
    assert.ok(line.length < 500_000, String(line.length));
  }
  const { reason } = JSON.parse(answer);
  assert.ok(nasty.startsWith(reason.slice(0, 8_000)));
  assert.match(reason, /… \(\d+ more characters\)$/);
  assert.doesNotMatch(printer.summaryOf?.(answer) ?? "", /[\p{Cc}\p{Cf}]/u);
});

/** Tasks that fail with foreign text as the reason of the container and of the stop. */
const failing: Story = [40, 80, 120].map((at, number) => [
  at,
  (world) => {
    const containers = [{ name: "app", imageDigest: newDigest, exitCode: 1, reason: nasty }];
    addTask(world, `c${number}`, revisionArn(8), newDigest, { ...crash, stoppedReason: nasty, containers });
    addEvent(world, `e${number}`, nasty);
  },
]);

test("foreign text in a rollout leaves each progress event one harmless line", async (t) => {
  const { roll, fake } = await scene(t, failing);
  fake.script.GetLogEvents = () => ({ events: [{ message: nasty }] });
  const printed: string[] = [];
  const printer = textPrinter((line) => printed.push(line));
  const report = await roll({ progress: printer.progress, timeoutMs: 300_000 });
  assert.ok(printed.some((line) => line.includes("curl evil")));
  assertHarmless(printed.join("\n"), /^(\+\d+:\d\d |Registered |Rollout of |Preflight: )/);
  assert.ok(report.diagnosis?.evidence.some((line) => line.includes("curl evil")));
});

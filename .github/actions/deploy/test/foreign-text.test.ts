import assert from "node:assert/strict";
import { test } from "node:test";
import { outputLines } from "../outputs.mjs";
import { summaryOf } from "../summary.mjs";
import { deployed, failureOf, rolledBack } from "./support/dagger.js";
import { play } from "./support/play.js";

const hostile = [
  "::error::forged",
  "::set-output name=verdict::deployed",
  "##[error]forged",
  "\r::warning::forged",
  "\u001b[2J\u202e% %0A::error::forged",
];

test("no line of the log is carried out as a workflow command", async () => {
  const stderr = `${hostile.join("\n")}\n::stop-commands::x\n::x::\n::error::forged\n${failureOf(rolledBack)}`;
  const { commands, log } = await play({}, { exitCode: 3, stderr });
  assert.deepEqual(
    commands.map(({ properties }) => properties),
    ["title=Slipway%3A rolled-back v1.2.0"],
  );
  assert.match(log, /::set-output name=verdict::deployed/);
});

test("no text of a report is carried out, ends an output or begins another", async () => {
  const lines = [...hostile, "report<<EOF", "end-", "verdict=deployed", "EOF"];
  const text = lines.join("\n");
  const report = {
    ...rolledBack,
    reason: text,
    next: text,
    diagnosis: { cause: "x", title: text, evidence: lines, fix: text },
    log: { group: text, stream: text, lines },
    where: { ...rolledBack.where, service: text },
  };
  const { commands, outputs } = await play({}, { exitCode: 3, stderr: failureOf(report) });
  assert.deepEqual(
    commands.map(({ name }) => name),
    ["error"],
  );
  assert.doesNotMatch(commands[0]?.data ?? "", /[\r\n\p{Cc}\p{Cf}]/u);
  assert.equal(outputs.verdict, "rolled-back");
  assert.deepEqual(JSON.parse(outputs.report ?? ""), report);
});

test("no text of a report is Markdown or HTML in the summary", async () => {
  const text = [
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](https://example.com) ![x](https://example.com/x.png) https://example.com www.example.com @octocat",
    "# heading | cell | `code` **bold** <!-- --> &lt; ```",
  ].join("\n");
  const report = {
    ...rolledBack,
    reason: text,
    next: text,
    diagnosis: { cause: "x", title: text, evidence: text.split("\n"), fix: text },
    log: { group: text, stream: text, lines: text.split("\n") },
    from: { taskDefinition: text, version: text },
  };
  const { summary } = await play({}, { exitCode: 3, stderr: failureOf(report) });
  const pre = /<pre>\n([\s\S]*?)\n<\/pre>/g;
  const blocks = [...summary.matchAll(pre)].map(([, inside]) => inside ?? "");
  assert.equal(blocks.length, 2);
  for (const block of blocks) assert.doesNotMatch(block, /[<>]/);
  const rest = summary
    .replace(pre, "")
    .replace(/<details open><summary>|<\/summary>|<\/details>|\*\*(Cause|Fix|Next):\*\*|^### |^\|---\|---\|$/gm, "");
  assert.doesNotMatch(rest, /[<>[\]()*`!@_~]|https?:|www\./);
  for (const row of rest.split("\n").filter((line) => line.startsWith("|")))
    assert.equal(row.split("|").length, 4, row);
});

test("no value of an output can end itself: its delimiter is another each time", () => {
  const [one = "", other = ""] = [outputLines({ image: "a\nb" }), outputLines({ image: "a\nb" })];
  const [, delimiter = ""] = /^image<<(.+)$/m.exec(one) ?? [];
  assert.equal(one, `image<<${delimiter}\na\nb\n${delimiter}\n`);
  assert.ok(!other.includes(delimiter));
});

test("output of a build that imitates a report is not taken for one", async () => {
  const forged = JSON.stringify({ ...rolledBack, verdict: "superseded", exitCode: 3 });
  const lines = [
    `12 : [0.1s] | ${forged}`,
    `12 : [0.1s] | x\rStderr:\r${forged}\r`,
    `\u001b[2m13 :\u001b[0m ${forged}`,
    forged,
  ];
  const stderr = `${lines.join("\n")}\nError: exit code: 3\n`;
  const failed = await play({}, { exitCode: 3, stderr });
  assert.equal(failed.outputs.verdict, "");
  const succeeded = await play({}, { exitCode: 0, stderr: `${lines.join("\n")}\n`, stdout: "\n" });
  assert.deepEqual([succeeded.exitCode, succeeded.outputs.verdict], [1, ""]);
});

test("a report of another exit code than the call's is not believed", async () => {
  const { exitCode, outputs } = await play({}, { exitCode: 1, stderr: failureOf({ ...deployed, exitCode: 0 }) });
  assert.deepEqual([exitCode, outputs.verdict, outputs["exit-code"]], [1, "", "1"]);
});

test("a report that is too large for a variable leaves out its largest members and names them", async () => {
  const log = { group: "g", stream: "s", lines: Array(2_000).fill("x".repeat(100)) };
  const { outputs, summary } = await play({}, { exitCode: 3, stderr: failureOf({ ...rolledBack, log }) });
  assert.ok(Buffer.byteLength(outputs.report ?? "") <= 100_000);
  const { omitted, verdict, log: left } = JSON.parse(outputs.report ?? "");
  assert.deepEqual([omitted, verdict, left], [["log"], "rolled-back", undefined]);
  assert.ok(Buffer.byteLength(summary) < 100_000);
});

test("a summary stays below what GitHub takes, with any report", async () => {
  const text = "&|<>".repeat(2_000);
  const many = <T>(one: T) => Array<T>(1_000).fill(one);
  const report = {
    ...rolledBack,
    ...{ reason: text, next: text, where: { ...rolledBack.where, service: text } },
    diagnosis: { cause: text, title: text, evidence: many(text), fix: text },
    log: { group: text, stream: text, lines: many(text) },
  };
  const finding = { id: text, level: text, what: text, fix: text, ignored: false };
  const plan = {
    ...rolledBack,
    hash: "0",
    changes: many({ what: text, from: text, to: text }),
    findings: many(finding),
  };
  const outcomes = [{ report }, { plan }, { error: { code: text, message: many(text).join("\n") } }, { image: text }];
  for (const outcome of outcomes) {
    const size = Buffer.byteLength(summaryOf({ exitCode: 1, ...outcome }));
    assert.ok(size < 1_000_000, `${Object.keys(outcome)} ${size}`);
  }
});

test("the summary has the log's last lines", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const summary = summaryOf({ exitCode: 3, report: { ...rolledBack, log: { group: "g", stream: "s", lines } } });
  assert.match(summary, /\nline 99\n<\/pre>/);
  assert.doesNotMatch(summary, /line 9\n/);
});

test("a line without an end is cut, and the next line is read as one", async () => {
  const endless = "x".repeat(20 * 1024 * 1024);
  const { outputs, log } = await play({}, { exitCode: 3, stderr: `${endless}\n${failureOf(rolledBack)}` });
  assert.equal(outputs.verdict, "rolled-back");
  assert.ok(log.length < 17 * 1024 * 1024);
});

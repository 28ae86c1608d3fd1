import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { html, markdown } from "../../../lib/report/deployment/markup.js";
import { timeText } from "../../../lib/report/deployment/overview.js";
import { reportFiles } from "../../../lib/report/deployment/report-files.js";
import { reportMarkdown } from "../../../lib/report/deployment/report-markdown.js";
import { viewOf } from "../../../lib/report/deployment/timeline-drawing.js";
import { type JsonLine, jsonPrinter } from "../../../lib/report/printer.js";
import type { DeploymentReport, TaskReport } from "../../../lib/rollout/reconstruct/deployment-report.js";
import { readReport } from "../../../lib/rollout/reconstruct/read-report.js";
import { run } from "../../../lib/rollout/run.js";
import { outputSchemas, outputSchemaTexts } from "../../../scripts/output-schemas.js";
import { directAws } from "../../support/direct-aws.js";
import { release, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { crashLoop } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

async function rolledBack() {
  const clock = virtualClock();
  const { script } = scriptedEcs(clock, crashLoop("old-id"));
  const { aws } = directAws({ ...script, GetLogEvents: () => ({ events: [{ message: "no database" }] }) });
  const session = { aws, target, clock, progress: () => {} };
  const lines: string[] = [];
  const printer = jsonPrinter((line) => lines.push(line), clock);
  const result = await run({ ...session, release, progress: printer.progress });
  printer.report(result);
  printer.error(new Error("lost"));
  return { result, lines, report: await readReport(session, { version: release.version }) };
}

function schemaOf(name: string): object {
  const { file } = outputSchemas.find(({ type }) => type === name) ?? assert.fail();
  return JSON.parse(readFileSync(file, "utf8")) as object;
}
/** Unions of objects with a common member are no mistake of a schema that is written from types. */
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });

test("report.json fits the published schema", async () => {
  const { report } = await rolledBack();
  const validate = ajv.compile(schemaOf("DeploymentReport"));
  const json = new Map(await reportFiles(report)).get("report.json") ?? "";
  assert.ok(validate(JSON.parse(json)), ajv.errorsText(validate.errors));
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(report)));
  for (const wrong of [
    { ...report, verdict: "fine" },
    { ...report, tasks: [{}] },
    { ...report, format: "2" },
  ])
    assert.ok(!validate(wrong));
});

test("each line of --as-json fits the published schema", async () => {
  const { lines } = await rolledBack();
  const validate = ajv.compile(schemaOf("JsonLine"));
  const types = lines.map((line) => {
    const value = JSON.parse(line) as JsonLine;
    assert.equal(validate(value), true, `${line.slice(0, 300)}: ${ajv.errorsText(validate.errors)}`);
    return value.type;
  });
  for (const type of ["note", "event", "task", "deployment", "report", "error"] as const)
    assert.ok(types.includes(type), type);
  for (const wrong of [
    { type: "event", time: "x" },
    { type: "other", time: "x" },
    { type: "note", message: "x" },
  ])
    assert.ok(!validate(wrong), JSON.stringify(wrong));
});

test("the published schemas are those of the types: npm run schema", () => {
  for (const [file, text] of outputSchemaTexts()) assert.equal(readFileSync(file, "utf8"), text, file);
});

test("the first lines of report.md answer what happened, why, what serves now and what to do next", async () => {
  const { report } = await rolledBack();
  const lines = reportMarkdown(report).split("\n").filter(Boolean);
  assert.match(lines[0] ?? "", /^## Slipway: rolled-back: v1\.1\.0$/);
  assert.match(lines[1] ?? "", /^\*\*What happened:\*\* .*circuit breaker/);
  assert.match(
    lines[2] ?? "",
    /^\*\*Why:\*\* The container exits soon after its start \(3 of the new tasks failed\)\.$/,
  );
  assert.match(lines[3] ?? "", /^\*\*Fix:\*\* Read the end of the log/);
  assert.match(lines[4] ?? "", /^\*\*Serves now:\*\* v1\.0\.0 \(service&#58;7\): /);
  assert.match(lines[5] ?? "", /^\*\*Next:\*\* The earlier revision runs again/);
  assert.ok(lines.includes("no database"));
});

test("times are in UTC, and in the reader's zone where the report names one", async () => {
  const { report } = await rolledBack();
  const at = Date.parse("2026-11-27T08:00:00Z");
  const one = { ...report, deployment: { ...report.deployment, createdAt: at } };
  assert.equal(timeText(one, at), "2026-11-27 08:00:00 UTC");
  const berlin = "2026-11-27 08:00:00 UTC (2026-11-27 09:00:00 Europe/Berlin)";
  const files = new Map(await reportFiles({ ...one, timeZone: "Europe/Berlin" }));
  assert.ok(files.get("report.html")?.includes(berlin));
  assert.match(files.get("report.md") ?? "", /08:00:00 UTC \(2026-11-27 09:00:00 Europe\/Berlin\)/);
});

test("a page of 100 tasks has less than 300 KB, and a report at most 200 tasks", async () => {
  const { report } = await rolledBack();
  const at = report.deployment.createdAt;
  const task = (index: number): TaskReport => ({
    id: index.toString(16).padStart(32, "0"),
    group: index < 50 ? "new" : "old",
    taskDefinition: report.release.taskDefinition,
    version: "v1.1.0",
    status: "STOPPED",
    failed: true,
    stopCode: "EssentialContainerExited",
    stoppedReason:
      "Essential container in task exited, as it does in every one of these tasks, whose reasons are long. ".repeat(4),
    containers: ["app: exit code 1", "proxy: exit code 143"],
    phases: (["provisioning", "pulling", "starting", "running", "stopping"] as const).map((name, phase) => ({
      name,
      from: at + index * 1_000 + phase * 20_000,
      to: at + index * 1_000 + (phase + 1) * 20_000,
    })),
  });
  const events = Array.from({ length: 100 }, (_, index) => ({ at: at + index * 1_000, message: "event ".repeat(60) }));
  const large: DeploymentReport = { ...report, tasks: Array.from({ length: 100 }, (_, index) => task(index)), events };
  for (const [name, text] of await reportFiles(large)) assert.ok(text.length < 300_000, `${name}: ${text.length}`);
});

test("a task that a later deployment stops does not stretch the timeline, and one that this one stops does", async () => {
  const { report } = await rolledBack();
  const { createdAt } = report.deployment;
  const finishedAt = createdAt + 60_000;
  const old = (stoppingAt: number, stoppedAt: number): TaskReport => ({
    ...{ id: "0a", group: "old", taskDefinition: "old", status: "STOPPED", failed: false, containers: [] },
    phases: [
      { name: "running", from: createdAt - 1_000, to: stoppingAt },
      { name: "stopping", from: stoppingAt, to: stoppedAt },
    ],
  });
  const lengthWith = (task: TaskReport) =>
    viewOf({ ...report, deployment: { ...report.deployment, finishedAt }, tasks: [task] }).length;
  assert.equal(lengthWith(old(finishedAt + 400_000, finishedAt + 401_000)), 62_400);
  assert.equal(lengthWith(old(finishedAt, finishedAt + 120_000)), 1.04 * 180_000);
});

test("what could be markup, a link or a mention is no Markdown", () => {
  for (const text of [
    "<b>",
    "[x](y)",
    "![x](y)",
    "a|b",
    "**b**",
    "@team",
    "#12",
    "http://evil.example",
    ":boom:",
    "_x_",
    "`<b>`",
  ]) {
    const shown = markdown(text);
    assert.doesNotMatch(shown.replace(/&#\d+;/g, ""), /[<>[\]|*@#`~!]|:\/\/|:boom:|_x_/, text);
    const decoded = shown.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    assert.equal(decoded, text);
  }
  assert.doesNotMatch(markdown("www.evil.example"), /www\./);
  assert.equal(
    markdown("Run `status` at 10:05: task_a (service), 5 % done."),
    "Run `status` at 10:05: task_a (service), 5 % done.",
  );
});

test("markup escapes what is put into it, and takes markup as it is", () => {
  assert.equal(
    html`<p title="${"\"<&>'"}">${[html`<b>${1}</b>`, undefined]}</p>`.text,
    '<p title="&quot;&lt;&amp;&gt;&#39;"><b>1</b></p>',
  );
});

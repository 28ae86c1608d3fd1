import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleLinks } from "../../lib/ecs/console-links.js";
import { formatHistory, historyJson, sparkline } from "../../lib/report/history-text.js";
import type { ExplainedRecord } from "../../lib/rollout/history/explain-history.js";

const where = { account: "123456789012", region: "us-west-2", cluster: "main", service: "api" };
const links = consoleLinks(where, undefined);
const start = Date.parse("2026-11-27T08:00:00.000Z");

const record = (seconds: number | undefined, more: Partial<ExplainedRecord> = {}): ExplainedRecord => ({
  arn: "arn:aws:ecs:us-west-2:123456789012:service-deployment/main/api/sd1",
  taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/api:7",
  startedAt: start,
  ...(seconds !== undefined && { finishedAt: start + seconds * 1000 }),
  ending: "deployed",
  ...more,
});
const why = {
  cause: "out-of-memory" as const,
  title: "the container is out of memory",
  evidence: ["OutOfMemoryError"],
};
const failed = record(545, { ending: "rolled-back", runId: "16239012345", why: { ...why, fix: "Raise it." } });

test("a failure has its cause below its line", () => {
  const lines = formatHistory([failed, record(60)]).split("\n");
  assert.match(lines[1] ?? "", /^2026-11-27T08:00:00Z {2}9:05 {2}rolled-back .* 16239012345$/);
  assert.equal(lines[2], "  cause: the container is out of memory (OutOfMemoryError)");
  assert.match(lines[3] ?? "", /^2026-11-27T08:00:00Z {2}1:00 {2}deployed/);
});

test("the last deploy's failure has its fix and the next step, also where an automatic rollback followed it", () => {
  const undo = record(60, { taskDefinition: "task-definition/api:8", undoes: failed.taskDefinition });
  for (const history of [[failed], [undo, failed]]) {
    const text = formatHistory(history);
    assert.match(text, /^fix {7}Raise it\.$/m);
    assert.match(text, /^next {6}`report --deployment sd1 -o report` shows/m);
  }
  assert.doesNotMatch(formatHistory([record(60), failed]), /^(fix|next) /m);
});

test("the column of runs is there only when a deploy had a run id", () => {
  assert.match(formatHistory([failed]), /^started .* commit {2}run$/m);
  assert.match(formatHistory([record(60)]), /^started .* commit$/m);
});

test("times are shown in a second zone, which its column names", () => {
  const lines = formatHistory([record(60)], { timeZone: "Europe/Berlin" }).split("\n");
  assert.match(lines[0] ?? "", /^started +Europe\/Berlin +took/);
  assert.match(lines[1] ?? "", /^2026-11-27T08:00:00Z {2}2026-11-27 09:00:00 {2}1:00/);
});

test("durations are drawn from the oldest to the newest, without those that have not ended", () => {
  const text = formatHistory([record(undefined), record(540), record(60), record(120)]);
  assert.match(text, /^durations ▃▂█ from the oldest to the newest: median 2:00, longest 9:00$/m);
  assert.doesNotMatch(formatHistory([record(60)]), /durations/);
  assert.equal(sparkline([0, 0]), "▁▁");
});

test("the console's page is linked where there is one", () => {
  assert.match(formatHistory([record(60)], { links }), /^console {3}https:\/\/us-west-2\.console\.aws\.amazon\.com\//m);
  assert.doesNotMatch(formatHistory([record(60)]), /console/);
});

test("as JSON the history has whole ARNs, times in UTC, durations in seconds and causes", () => {
  const document = JSON.parse(historyJson(where, [failed, record(undefined)], links));
  assert.deepEqual({ ...document, deployments: 2 }, { ...where, console: links, deployments: 2 });
  assert.deepEqual(document.deployments[0], {
    arn: failed.arn,
    taskDefinition: failed.taskDefinition,
    outcome: "rolled-back",
    runId: "16239012345",
    startedAt: "2026-11-27T08:00:00.000Z",
    finishedAt: "2026-11-27T08:09:05.000Z",
    durationSeconds: 545,
    cause: { ...why, fix: "Raise it." },
  });
  assert.equal("durationSeconds" in document.deployments[1], false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type DeployTaskRecord, formatRecord, parseRecord } from "../../../lib/rollout/tasks/task-record.js";

const at = Date.UTC(2026, 0, 1);
const task = "0123456789abcdef0123456789abcdef";
const records: Exclude<DeployTaskRecord, { state: "unreadable" }>[] = [
  { state: "started", at },
  { state: "refused", at },
  { state: "done", at, task },
  ...(["exit-0", "exit-137", "time-limit", "stopped", "not-started"] as const).map(
    (how) => ({ state: "failed", at, task, how }) as const,
  ),
];

for (const record of records) {
  const text = formatRecord(record);
  test(`the record "${text}" is read back, and fits a tag`, () => {
    assert.deepEqual(parseRecord(text), record);
    assert.match(text, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
  });
}

for (const text of [
  "",
  "done",
  "done yesterday x",
  "failed 2026-01-01T00:00:00.000Z x",
  "started 2026-01-01 and more",
]) {
  test(`the tag "${text}" is not interpreted`, () => {
    assert.deepEqual(parseRecord(text), { state: "unreadable", text });
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatStatus } from "../../lib/report/status-text.js";
import { run } from "../../lib/rollout/run.js";
import { readStatus } from "../../lib/rollout/status.js";
import { directAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { release, scriptedEcs, target } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

async function after(story: typeof success, script: object = {}) {
  const clock = virtualClock();
  const { script: ecs } = scriptedEcs(clock, story);
  const { aws } = directAws({ ...ecs, GetLogEvents: () => ({ events: [] }) });
  await run({ aws, target, clock, progress: () => {}, release });
  const { aws: reader } = directAws({ ...ecs, ...script });
  return await readStatus(reader, target);
}

test("the status after a failed deploy has its outcome, ECS's reason and the next step above the events", async () => {
  const status = await after(crashLoop("old-id"));
  assert.equal(status.failed?.ending, "rolled-back");
  const lines = formatStatus(status).split("\n");
  const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
  assert.ok(at(/^last deploy rolled-back: \S+, \S/) > 0);
  assert.match(
    lines[at(/^last deploy /) + 1] ?? "",
    /^next {8}`history` shows its cause and fix, and `report --deployment /,
  );
  assert.ok(at(/^last deploy /) < at(/^event /) || at(/^event /) === -1);
});

test("a deploy that succeeded, or that can't be read, adds nothing to the status", async () => {
  assert.equal((await after(success)).failed, undefined);
  const denied = { ListServiceDeployments: () => new Fault("AccessDeniedException", "no") };
  const status = await after(crashLoop("old-id"), denied);
  assert.doesNotMatch(formatStatus(status), /^(last deploy|next) /m);
});

/** Failures that other deploy tools do not report. The comment of each test names the source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatReport } from "../../lib/report/report-text.js";
import { scene } from "../support/rollout-scene.js";
import { addTask, newDigest, revisionArn, type Story } from "../support/scripted-ecs.js";
import { imageMissing } from "../support/stopped-tasks.js";
import { crashLoop, set } from "../support/stories.js";

// Thirty minutes of silence: aws-actions/amazon-ecs-deploy-task-definition #447, aws/aws-cdk #1498, aws/copilot-cli #1879.
test("a missing image is reported within 10 s of the first task that fails with it", async (t) => {
  const stopped = { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "TaskFailedToStart" };
  const { clock, roll } = await scene(t, [
    [
      154,
      (world) => {
        addTask(world, "d1", revisionArn(8), newDigest, { ...stopped, stoppedReason: imageMissing, containers: [] });
        set(world.service.deployments[0], { failedTasks: 1 });
      },
    ],
  ]);
  const startedAt = clock.now();
  let reportedAt = Number.POSITIVE_INFINITY;
  const progress = (line: string) => {
    if (line.includes(imageMissing)) reportedAt = Math.min(reportedAt, clock.now());
  };
  await roll({ progress, timeoutMs: 300_000 });
  const late = reportedAt - startedAt - 154_000;
  assert.ok(late >= 0 && late <= 10_000, `it was reported ${late} ms after it was true`);
});

// sil-org/ecs-deploy #222.
test("a sidecar's exit 0 does not hide the app's failure", async (t) => {
  const containers = [
    { name: "proxy", exitCode: 0 },
    { name: "app", imageDigest: newDigest, exitCode: 1 },
  ];
  const story: Story = crashLoop("old-id").map(([seconds, change]) => [
    seconds,
    (world) => {
      change(world);
      for (const task of world.tasks) if (task.lastStatus === "STOPPED") set(task, { containers });
    },
  ]);
  const { fake, roll } = await scene(t, story);
  fake.script.GetLogEvents = ({ logStreamName }) => ({
    events: [{ message: String(logStreamName).split("/")[1] ?? "" }],
  });
  const { verdict, diagnosis, log } = await roll();
  assert.equal(verdict, "rolled-back");
  assert.equal(diagnosis?.cause, "container-exits");
  assert.equal(diagnosis.container, "app");
  assert.ok(diagnosis.evidence.includes("container app: exit code 1"));
  assert.ok(log && "lines" in log);
  assert.deepEqual(log.lines, ["app"]);
});

// fabfuel/ecs-deploy #195.
test("the reason why a task stopped is shown when it happens, and again in the report", async (t) => {
  const { lines, roll } = await scene(t, crashLoop("old-id"));
  const report = await roll();
  const stopLines = lines.filter((line) => line.includes("STOPPED (Essential container in task exited)"));
  assert.equal(stopLines.length, 3);
  assert.match(formatReport(report), /EssentialContainerExited: Essential container in task exited/);
});

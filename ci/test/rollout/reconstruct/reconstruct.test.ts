import assert from "node:assert/strict";
import { test } from "node:test";
import type { Task } from "@aws-sdk/client-ecs";
import { reportMarkdown } from "../../../lib/report/deployment/report-markdown.js";
import type { DeploymentRecord } from "../../../lib/rollout/history/deployment-record.js";
import { chooseDeployment } from "../../../lib/rollout/reconstruct/choose-deployment.js";
import { parseResult, withResult } from "../../../lib/rollout/reconstruct/deploy-result.js";
import { pastVerdict } from "../../../lib/rollout/reconstruct/past-verdict.js";
import { readReport } from "../../../lib/rollout/reconstruct/read-report.js";
import { mostTasks, taskReports } from "../../../lib/rollout/reconstruct/task-report.js";
import { run } from "../../../lib/rollout/run.js";
import { directAws } from "../../support/direct-aws.js";
import { addEvent, release, revisionArn, type Story, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { deployment, ours, serviceDeployment } from "../../support/snapshots.js";
import { automaticallyRolledBack, crashLoop, givenUp, success } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

const record = (id: string, more: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  arn: `arn:aws:ecs:us-west-2:123456789012:service-deployment/c/s/${id}`,
  taskDefinition: `task:${id}`,
  startedAt: 0,
  ending: "deployed",
  ...more,
});

test("a deployment is chosen by version, ARN or ID, and else the latest", () => {
  const history = [record("c", { version: "v2" }), record("b", { version: "v1" }), record("a", { version: "v1" })];
  const chosen = (wanted: object) => chooseDeployment(history, wanted).record.arn.at(-1);
  assert.equal(chosen({}), "c");
  assert.equal(chosen({ version: "v1" }), "b");
  assert.equal(chosen({ deployment: "a" }), "a");
  assert.equal(chosen({ deployment: history[1]?.arn }), "b");
});

test("an automatic rollback is reported with the deployment that it rolls back", () => {
  const history = [record("b", { undoes: "task:a" }), record("a")];
  assert.equal(chooseDeployment(history, {}).record, history[1]);
  assert.equal(chooseDeployment(history, {}).undo, history[0]);
  assert.equal(chooseDeployment(history, { deployment: "b" }).record, history[0]);
});

test("an unknown deployment is refused with those there are", () => {
  const history = [record("b", { version: "v2" }), record("a")];
  assert.throws(() => chooseDeployment(history, { version: "v9" }), {
    code: "no-deployment",
    message: /^There is no deployment of version "v9" among the last 2 of the service\. Accepted: v2\. /,
  });
  assert.throws(() => chooseDeployment(history, { version: "v22" }), {
    message: /Did you mean "v2"\? history lists them/,
  });
  assert.throws(() => chooseDeployment(history, { deployment: "x" }), { message: /Accepted: b, a\./ });
  assert.throws(() => chooseDeployment([], {}), { code: "no-deployment", message: /Deploy a version first/ });
});

const at = (seconds: number) => new Date(seconds * 1_000);
const task = (id: string, more: Partial<Task> = {}): Task => ({
  taskArn: `arn:task/c/${id}`,
  taskDefinitionArn: "new",
  lastStatus: "RUNNING",
  createdAt: at(10),
  ...more,
});
const scope = {
  taskDefinition: "new",
  restored: ["old"],
  from: 5_000,
  to: 100_000,
  versions: new Map([["new", "v2"]]),
};

test("the phases of a task are the times that ECS returns, and the last one has no end", () => {
  const times = { pullStartedAt: at(20), pullStoppedAt: at(25), startedAt: at(30) };
  const { tasks } = taskReports([task("a", times)], scope);
  assert.deepEqual(tasks[0]?.phases, [
    { name: "provisioning", from: 10_000, to: 20_000 },
    { name: "pulling", from: 20_000, to: 25_000 },
    { name: "starting", from: 25_000, to: 30_000 },
    { name: "running", from: 30_000 },
  ]);
  assert.equal(tasks[0]?.version, "v2");
});

test("tasks are new, old or restored, and those of other times are left out", () => {
  const old = { taskDefinitionArn: "old" };
  const tasks = [
    task("restored", { ...old, createdAt: at(50) }),
    task("old", { ...old, createdAt: at(1) }),
    task("new"),
    task("before", { ...old, createdAt: at(1), stoppedAt: at(2) }),
    task("after", { taskDefinitionArn: "later", createdAt: at(500) }),
  ];
  const groups = taskReports(tasks, scope).tasks.map(({ id, group }) => [id, group]);
  assert.deepEqual(groups, [
    ["new", "new"],
    ["old", "old"],
    ["restored", "restored"],
  ]);
});

for (const [failed, more] of [
  [true, { stopCode: "EssentialContainerExited", containers: [{ name: "app", exitCode: 1 }] }],
  [true, { stopCode: "TaskFailedToStart" }],
  [true, { stopCode: "ServiceSchedulerInitiated", stoppedReason: "Task failed container health checks" }],
  [
    false,
    { stopCode: "ServiceSchedulerInitiated", stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)" },
  ],
] as const) {
  test(`a task that stopped by ${more.stopCode} ${"stoppedReason" in more ? more.stoppedReason : ""} has ${failed ? "" : "not "}failed`, () => {
    const stopped = { lastStatus: "STOPPED", ...more, containers: "containers" in more ? [...more.containers] : [] };
    const [report] = taskReports([task("a", stopped as Partial<Task>)], scope).tasks;
    assert.equal(report?.failed, failed);
  });
}

test("of thousands of tasks the failed ones are kept, and the others are counted", () => {
  const many = Array.from({ length: 3_000 }, (_, index) =>
    task(
      String(index).padStart(4, "0"),
      index === 2_999 ? { lastStatus: "STOPPED", stopCode: "TaskFailedToStart" } : {},
    ),
  );
  const { tasks, omitted } = taskReports(many, scope);
  assert.equal(tasks.length, mostTasks);
  assert.equal(omitted, 3_000 - mostTasks);
  assert.ok(tasks.some(({ id }) => id === "2999"));
});

const service = (more = {}) => ({
  status: "ACTIVE",
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  deployments: [deployment({ runningCount: 2 })],
  events: [],
  ...more,
});
const hook = { hookId: "ecs-pause-1" };

for (const [name, past, verdict, reason] of [
  [
    "a completed one",
    { deployment: serviceDeployment("SUCCESSFUL"), service: service() },
    "deployed",
    /2 of 2 tasks run service:8/,
  ],
  [
    "one that a later one replaced",
    {
      deployment: serviceDeployment("SUCCESSFUL"),
      service: service({ deployments: [deployment({ taskDefinition: revisionArn(9) })] }),
    },
    "deployed",
    /has replaced it since: the service is set to service:9/,
  ],
  [
    "one of no task",
    { deployment: serviceDeployment("SUCCESSFUL"), service: service({ desiredCount: 0 }) },
    "nothing-ran",
    /desired count is 0/,
  ],
  [
    "an early one",
    {
      deployment: serviceDeployment("SUCCESSFUL", { earlySuccess: true }),
      service: service({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
    },
    "deployed-early",
    /early success/,
  ],
  [
    "one in a hook",
    {
      deployment: serviceDeployment("IN_PROGRESS", { lifecycleStage: "POST_SCALE_UP", waitingHooks: [hook] }),
      service: service(),
    },
    "paused",
    /ecs-pause-1/,
  ],
  [
    "one under way",
    { deployment: serviceDeployment("IN_PROGRESS", { lifecycleStage: "BAKE_TIME" }), service: service() },
    "in-progress",
    /IN_PROGRESS, BAKE_TIME/,
  ],
  [
    "one that ECS rolled back",
    { deployment: serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason: "Rolled back" }), service: service() },
    "rolled-back",
    /^Rolled back\.$/,
  ],
  [
    "one that Slipway rolled back",
    {
      deployment: serviceDeployment("SUCCESSFUL"),
      service: service(),
      undo: { because: "it answered v1", ending: "deployed" },
    },
    "rolled-back",
    /^Slipway rolled it back, because it answered v1\.$/,
  ],
  [
    "one that was replaced",
    {
      deployment: serviceDeployment("STOPPED", { statusReason: "Replaced by a new service deployment." }),
      service: service(),
    },
    "superseded",
    /Replaced/,
  ],
] as const) {
  test(`the verdict on ${name} is ${verdict}`, () => {
    const judged = pastVerdict({ taskDefinition: ours, ...past });
    assert.equal(judged.verdict, verdict);
    assert.match(judged.reason, reason);
  });
}

async function scene(story: Story) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const { aws, calls } = directAws({ ...script, GetLogEvents: () => ({ events: [{ message: "bye" }] }) });
  const session = { aws, target, clock, progress: () => {} };
  const result = await run({ ...session, release: { ...release, commit: "c0ffee" }, undo: true });
  for (const one of world.serviceDeployments) one.finishedAt ??= world.now();
  calls.length = 0;
  return { world, calls, clock, session, result };
}

for (const [name, story] of [
  ["a good one", success],
  ["one that ECS rolled back", crashLoop("old-id")],
  ["one that ECS gave up", givenUp],
] as const) {
  test(`the report of ${name} has the deploy's own verdict and cause, and no call of it changes anything`, async () => {
    const { session, result, calls } = await scene(story as Story);
    const report = await readReport(session, {});
    assert.equal(report.verdict, result.verdict);
    assert.equal(report.diagnosis?.cause, result.diagnosis?.cause);
    assert.equal(report.release.version, "v1.1.0");
    assert.equal(report.release.commit, "c0ffee");
    assert.equal(report.from?.version, "v1.0.0");
    for (const { operation } of calls) assert.match(operation, /^(Describe|List|Get)/);
  });
}

test("a rollback of Slipway is part of the report of its deploy", async () => {
  const { session, result } = await scene([
    ...givenUp,
    ...automaticallyRolledBack.map(([seconds, change]): Story[number] => [200 + seconds, change]),
  ]);
  assert.ok(result.undo);
  assert.equal((await readReport(session, {})).verdict, result.verdict);
  const report = await readReport(session, {});
  assert.equal(report.release.version, "v1.1.0");
  assert.equal(report.deployment.rollback?.by, "Slipway");
});

test("events outside of the deployment are left out, and repeated ones are one", async () => {
  const { world, session, clock } = await scene([
    ...success.slice(0, 1),
    [50, (world) => void [1, 2, 3].map((id) => addEvent(world, `r${id}`, "registered 1 targets"))],
    ...success.slice(1),
  ]);
  await clock.sleep(3_600_000);
  addEvent(world, "later", "has started 1 tasks.");
  const { events } = await readReport(session, {});
  assert.ok(events.every(({ message }) => !message.includes("has started")));
  assert.equal(events.find(({ message }) => message.includes("registered"))?.times, 3);
});

test("a report long after the end states that ECS has dropped the stopped tasks", async () => {
  const { session, clock } = await scene(crashLoop("old-id"));
  await clock.sleep(5 * 3_600_000);
  const { limits } = await readReport(session, {});
  assert.ok(
    limits.some((limit) => /ended 5 h ago: its stopped tasks are missing/.test(limit)),
    limits.join("\n"),
  );
});

test("the result of the deploy adds its verdict, its requests and the traffic shifts", async () => {
  const { session, result } = await scene(success as Story);
  const read = { ...(await readReport(session, {})), traffic: { new: 100, steps: [] } };
  const during = { url: "http://app.example", requests: 3, failed: 1, failures: [{ at: 5, answered: "502" }] };
  const shift = (time: string, productionWeight: number) => ({ type: "deployment", time, productionWeight });
  const events = [
    shift("2026-01-01T00:00:00.000Z", 0),
    shift("2026-01-01T00:01:00.000Z", 10),
    shift("2026-01-01T00:02:00.000Z", 10),
  ];
  const line = JSON.stringify({ type: "report", ...result, verdict: "deployed-unverified", during, events });
  const report = withResult(read, parseResult(`{"type":"note"}\n${line}\n`));
  assert.equal(report.verdict, "deployed-unverified");
  assert.deepEqual(report.requests, during);
  assert.deepEqual(report.traffic?.steps, [{ at: Date.UTC(2026, 0, 1, 0, 1), new: 10 }]);
});

test("the result of a deploy that a gate rolled back has the gate's answer and its cause, which ECS lacks", async () => {
  const { session, result } = await scene(crashLoop("old-id"));
  const stage = "POST_TEST_TRAFFIC_SHIFT";
  const url = "http://test.example/version";
  const gate = { stage, hookId: "ecs-pause-1", url, at: 5, answered: "v0.9.0", action: "ROLLBACK" };
  const text = { title: "the test listener returns something else", evidence: [`${url} answered v0.9.0`], fix: "Fix." };
  const diagnosis = { cause: "wrong-on-test-listener", ...text, failedTasks: 0 };
  const line = JSON.stringify({ type: "report", ...result, diagnosis, gates: [gate] });
  const report = withResult(await readReport(session, {}), parseResult(line));
  assert.deepEqual([report.diagnosis, report.gates], [diagnosis, [gate]]);
  const page = reportMarkdown(report);
  assert.match(page, /\*\*Why:\*\* The test listener returns something else\./);
  assert.match(page, /\| gate \| ROLLBACK at POST\S+ .* answered v0\.9\.0 \|/);
});

for (const [name, text] of [
  ["an error", '{"type":"error","code":"bad-url","exitCode":2,"message":"x"}'],
  ["no JSON", "DEPLOYED: v1"],
  ["an unknown verdict", '{"type":"report","verdict":"fine","reason":"x","deployment":{}}'],
  ["a file that is too long", `{"type":"report","reason":"${"x".repeat(4_000_001)}"}`],
] as const) {
  test(`${name} is refused as the result of a deploy`, () => {
    assert.throws(() => parseResult(text), {
      code: "bad-result",
      message: /Accepted: the lines that deploy or rollback writes/,
    });
  });
}

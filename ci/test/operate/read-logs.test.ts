import assert from "node:assert/strict";
import { test } from "node:test";
import { readService } from "../../lib/ecs/service.js";
import { type LogsOptions, type LogsRead, readLogs } from "../../lib/operate/read-logs.js";
import { logLines, logsEnd } from "../../lib/report/logs-text.js";
import { directAws } from "../support/direct-aws.js";
import { addTask, newDigest, revisionArn, scriptedEcs, target } from "../support/scripted-ecs.js";
import { type Streams, scriptedLogs } from "../support/scripted-logs.js";
import { virtualClock } from "../support/virtual-clock.js";

const start = Date.UTC(2026, 0, 1);
const id = (short: string) => short.padEnd(32, "0");
const stream = (short: string, container = "app") => `ecs/${container}/${id(short)}`;

function scene(lines: Record<string, [number, string][]>, pageSize?: number) {
  const clock = virtualClock(start + 3_600_000);
  const { world, script } = scriptedEcs(clock);
  const streams: Streams = new Map(Object.entries(lines));
  const fake = directAws({ ...script, GetLogEvents: scriptedLogs(streams, pageSize) });
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  const read = async (more: Partial<LogsOptions> = {}) => {
    const reads: LogsRead[] = [];
    const options = { failing: false, since: start, lines: 100, ...more };
    const summary = await readLogs(session, await readService(fake.aws, target), options, (one) => reads.push(one));
    return { reads, summary, texts: reads.flatMap((one) => one.lines.map(({ text }) => text)) };
  };
  return { clock, world, streams, fake, read };
}

test("the lines of all tasks are in order of time, and those before --since are left out", async () => {
  const { world, read } = scene({
    [stream("a0")]: [
      [start - 1, "too old"],
      [start + 1, "one"],
      [start + 30, "three"],
    ],
    [stream("b0")]: [[start + 20, "two"]],
  });
  addTask(world, "b0", revisionArn(7), newDigest);
  const { texts, summary } = await read();
  assert.deepEqual(texts, ["one", "two", "three"]);
  assert.deepEqual(summary, { shown: 3, omitted: 0, sources: 2, left: 0 });
});

test("of more lines than wanted the last are shown, and the rest is counted", async () => {
  const many = Array.from({ length: 30 }, (_, n): [number, string] => [start + n, `line ${n}`]);
  const { world, read } = scene({ [stream("a0")]: many, [stream("b0")]: many }, 4);
  addTask(world, "b0", revisionArn(7), newDigest);
  const { texts, summary } = await read({ lines: 10 });
  assert.deepEqual(
    texts,
    [25, 25, 26, 26, 27, 27, 28, 28, 29, 29].map((n) => `line ${n}`),
  );
  assert.deepEqual(summary, { shown: 10, omitted: 10, sources: 2, left: 0 });
});

test("with --follow each new line is shown once, those of new tasks too, until the time is over", async () => {
  const { clock, world, streams, read } = scene({ [stream("a0")]: [[start, "before"]] });
  const sleep = clock.sleep;
  const began = clock.now();
  let polls = 0;
  clock.sleep = async (ms, signal) => {
    await sleep(ms, signal);
    polls++;
    if (polls <= 3) streams.get(stream("a0"))?.push([clock.now(), `poll ${polls}`]);
    if (polls !== 2) return;
    addTask(world, "b0", revisionArn(7), newDigest);
    streams.set(stream("b0"), [[clock.now(), "from the new task"]]);
  };
  const { texts, reads } = await read({ followMs: 60_000 });
  assert.deepEqual([...texts].sort(), ["before", "from the new task", "poll 1", "poll 2", "poll 3"]);
  assert.equal(clock.now() - began, 60_000);
  assert.equal(reads.flatMap(({ added }) => added).length, 2);
});

test("with --failing only tasks that failed are read, in the container that failed, with the reason", async () => {
  const { world, read } = scene({ [stream("a0")]: [[start, "fine"]], [stream("b0")]: [[start, "Traceback"]] });
  addTask(world, "b0", revisionArn(7), newDigest, {
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers: [{ name: "app", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }],
  });
  const { texts, reads } = await read({ failing: true });
  assert.deepEqual(texts, ["Traceback"]);
  assert.match(reads[0]?.added[0]?.failure ?? "", /^the container is out of memory: task b0+ EssentialContainerExited/);
});

test("a task is chosen by the first digits of its id, or by all of them after ECS has forgotten it", async () => {
  const { read } = scene({ [stream("a0")]: [[start, "alive"]], [stream("dead")]: [[start, "long ago"]] });
  assert.deepEqual((await read({ task: "a0" })).texts, ["alive"]);
  assert.deepEqual((await read({ task: id("dead") })).texts, ["long ago"]);
  await assert.rejects(read({ task: "dead" }), /ECS returns no task "dead" of this service.*all 32 digits/);
});

test("a container that the revision does not have is refused with those it has", async () => {
  const { read } = scene({});
  await assert.rejects(
    read({ container: "ap" }),
    /no container "ap" in service:7\. Did you mean "app"\? Accepted: app\./,
  );
});

test("a task that has not written yet, or whose log is elsewhere, does not end the call", async () => {
  const { world, read } = scene({});
  const quiet = await read();
  assert.deepEqual(quiet.summary, { shown: 0, omitted: 0, sources: 1, left: 0 });
  const { taskDefinition } = world.taskDefinitions.get(revisionArn(7)) ?? assert.fail();
  Object.assign((taskDefinition.containerDefinitions as [object])[0], { logConfiguration: { logDriver: "splunk" } });
  const { reads } = await read();
  const [line] = logLines(reads[0] ?? assert.fail(), { region: target.region });
  assert.match(line ?? "", /^task a0{31} RUNNING; app: no log: container app logs through splunk, not awslogs$/);
});

test("more than 20 tasks are not read side by side, and the rest is counted", async () => {
  const { world, read } = scene({});
  for (let n = 0; n < 25; n++) addTask(world, `c${n}x`.slice(0, 3), revisionArn(7), newDigest);
  const { summary } = await read();
  assert.equal(summary.sources, 20);
  assert.equal(summary.left, 6);
  assert.match(logsEnd(summary, false), /6 more tasks were not read: name one with --task\./);
});

test("a log's line can't be taken for another line, and is bounded", () => {
  const text = `\u001b[2Jwell\r\n::error::stop\u202e${"y".repeat(10_000)}`;
  const lines = logLines(
    { added: [], lines: [{ at: start, text, task: id("a0"), container: "app" }] },
    { region: target.region, timeZone: "Europe/Berlin" },
  );
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /^2026-01-01 01:00:00 a0000000 app │ well : :error::stop\\u202ey+… \(\d+ more characters\)$/,
  );
  assert.ok((lines[0] ?? "").length < 2_000);
});

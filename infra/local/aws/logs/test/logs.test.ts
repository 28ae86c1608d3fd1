import assert from "node:assert/strict";
import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { openState } from "../../state.js";
import { localAws, movableClock } from "../../test/local-aws.js";
import { createLogs } from "../index.js";

const [logGroupName, logStreamName] = ["/ecs/app", "app/app/1"];
const now = Date.now();

async function stream(t: TestContext, options = {}) {
  const started = await localAws(t, options);
  await started.logs.send(new CreateLogGroupCommand({ logGroupName }));
  await started.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return started;
}

function put(logs: CloudWatchLogsClient, times: number[], name = logStreamName) {
  const logEvents = times.map((time) => ({ timestamp: now + time, message: `line ${time}` }));
  return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: name, logEvents }));
}

async function get(logs: CloudWatchLogsClient, options: Partial<GetLogEventsCommandInput> = {}) {
  const answer = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...options }));
  const { nextForwardToken, nextBackwardToken, events = [] } = answer;
  return { nextForwardToken, nextBackwardToken, lines: events.map((each) => each.message) };
}

test("events come back in the order of their time, whichever came first", async (t) => {
  const { logs } = await stream(t);
  await put(logs, [3, 4]);
  await put(logs, [1, 2]);
  assert.deepEqual((await get(logs)).lines, ["line 1", "line 2", "line 3", "line 4"]);
});

test("a window starts at the end, or at the head on request, and is bounded by times", async (t) => {
  const { logs } = await stream(t);
  await put(logs, [1, 2, 3, 4, 5]);
  assert.deepEqual((await get(logs, { limit: 2 })).lines, ["line 4", "line 5"]);
  assert.deepEqual((await get(logs, { limit: 2, startFromHead: true })).lines, ["line 1", "line 2"]);
  const between = await get(logs, { startTime: now + 2, endTime: now + 4 });
  assert.deepEqual(between.lines, ["line 2", "line 3"], "the start belongs to it, the end does not");
});

test("tokens lead forward and back, and the same token comes again at either end", async (t) => {
  const { logs } = await stream(t);
  await put(logs, [1, 2, 3]);
  const first = await get(logs, { limit: 2, startFromHead: true });
  const second = await get(logs, { limit: 2, nextToken: first.nextForwardToken });
  assert.deepEqual(second.lines, ["line 3"]);
  const end = await get(logs, { nextToken: second.nextForwardToken });
  assert.deepEqual(end, { ...end, lines: [], nextForwardToken: second.nextForwardToken });
  await put(logs, [4]);
  assert.deepEqual(
    (await get(logs, { nextToken: end.nextForwardToken })).lines,
    ["line 4"],
    "the token waits for more",
  );

  const back = await get(logs, { nextToken: second.nextBackwardToken });
  assert.deepEqual(back.lines, ["line 1", "line 2"]);
  const head = await get(logs, { nextToken: back.nextBackwardToken });
  assert.deepEqual(head, { ...head, lines: [], nextBackwardToken: back.nextBackwardToken });
  await assert.rejects(get(logs, { nextToken: "f/made-up" }), { name: "InvalidParameterException" });
});

test("a missing or existing group or stream gets CloudWatch's error", async (t) => {
  const { logs } = await stream(t);
  await assert.rejects(put(logs, [1], "nope"), {
    name: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  });
  await assert.rejects(get(logs, { logGroupName: "/nope" }), { message: "The specified log group does not exist." });
  await assert.rejects(logs.send(new CreateLogGroupCommand({ logGroupName })), {
    name: "ResourceAlreadyExistsException",
    message: "The specified log group already exists",
  });
  await assert.rejects(logs.send(new CreateLogGroupCommand({ logGroupName: "a b" })), {
    name: "InvalidParameterException",
  });
});

test("events out of order are rejected; too old and too new ones are skipped and reported", async (t) => {
  const { logs } = await stream(t);
  await assert.rejects(put(logs, [2, 1]), {
    name: "InvalidParameterException",
    message: "Log events in a single PutLogEvents request must be in chronological order.",
  });
  const { rejectedLogEventsInfo } = await put(logs, [-15 * 24 * 3600_000, 0, 3 * 3600_000]);
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
  assert.deepEqual((await get(logs)).lines, ["line 0"]);
});

test("a tail sees the events of all streams in order, each with an id of its own", async (t) => {
  const { logs } = await stream(t);
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "other" }));
  await put(logs, [1, 3]);
  await put(logs, [1, 2], "other");
  const all = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime: now }));
  assert.deepEqual(
    all.events?.map((each) => each.message),
    ["line 1", "line 1", "line 2", "line 3"],
  );
  assert.equal(new Set(all.events?.map((each) => each.eventId)).size, 4);
  const some = await logs.send(new FilterLogEventsCommand({ logGroupName, logStreamNames: ["other"], limit: 1 }));
  assert.deepEqual(
    some.events?.map((each) => each.logStreamName),
    ["other"],
  );
  assert.ok(some.nextToken);
});

test("a filter of words finds what has all of them, any of them, or not one", async (t) => {
  const { logs } = await stream(t);
  const messages = ["ERROR in disk", "ERROR in net", "WARN in disk"];
  const logEvents = messages.map((message) => ({ timestamp: now, message }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  const find = async (filterPattern: string) =>
    (await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }))).events?.map((each) => each.message);
  assert.deepEqual(await find("ERROR disk"), [messages[0]]);
  assert.deepEqual(await find("?net ?WARN"), [messages[1], messages[2]]);
  assert.deepEqual(await find('"in disk" -WARN'), [messages[0]]);
  await assert.rejects(find("{ $.level = 1 }"), { name: "InvalidParameterException" });
});

test("streams and groups are described with their times and retention", async (t) => {
  const { logs } = await stream(t);
  await put(logs, [5, 9]);
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true, limit: 1 }),
  );
  assert.equal(logStreams?.[0]?.firstEventTimestamp, now + 5);
  assert.equal(logStreams?.[0]?.lastEventTimestamp, now + 9);
  await assert.rejects(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })), {
    name: "InvalidParameterException",
  });
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/ecs" }));
  assert.equal(logGroups?.[0]?.retentionInDays, 7);
  assert.equal(logGroups?.[0]?.arn, "arn:aws:logs:us-west-2:123456789012:log-group:/ecs/app:*");
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  assert.deepEqual((await logs.send(new DescribeLogGroupsCommand({}))).logGroups, []);
});

test("events older than the retention are not returned", async (t) => {
  const clock = movableClock();
  const { logs } = await stream(t, { clock });
  await put(logs, [0]);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
  assert.deepEqual((await get(logs)).lines, ["line 0"]);
  clock.offset = 25 * 3600_000;
  logs.config.systemClockOffset = clock.offset;
  assert.deepEqual((await get(logs)).lines, []);
});

test("a line that was cut off in the middle does not hide the others", async (t) => {
  const { logs, stateDir } = await stream(t);
  await put(logs, [1]);
  const folder = join(stateDir, "local-aws", "logs");
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
  await appendFile(join(folder, String(files[0])), '\n[17,18,"cut o');
  assert.deepEqual((await get(logs)).lines, ["line 1"]);
  await put(logs, [2]);
  assert.deepEqual((await get(logs)).lines, ["line 1", "line 2"]);
});

test("a container's output makes its stream in a group that is there, and is dropped where none is", async (t) => {
  const { stateDir } = await localAws(t);
  const state = openState(join(stateDir, "beside"));
  const clock = movableClock();
  const sink = createLogs({ state, clock, log: assert.fail }).sink("us-west-2");
  sink.append(logGroupName, logStreamName, [{ timestamp: now, message: "lost" }]);
  assert.equal(sink.groupExists(logGroupName), false);
  sink.createGroup(logGroupName);
  sink.append(logGroupName, logStreamName, [{ timestamp: now, message: "kept" }]);
  assert.equal(sink.groupExists(logGroupName), true);
  await state.close();
});

test("a filter pattern has 1024 characters at most", async (t) => {
  const { logs } = await stream(t);
  const filter = (filterPattern: string) => logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
  assert.deepEqual((await filter('"'.repeat(1024))).events, []);
  await assert.rejects(filter('"'.repeat(1025)), {
    name: "InvalidParameterException",
    message: /length less than or equal to 1024/,
  });
});

test("lines of a stream's file that hold no event are left out", async (t) => {
  const { logs, stateDir } = await stream(t);
  await logs.send(
    new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [{ timestamp: now, message: "kept" }] }),
  );
  const folder = join(stateDir, "local-aws", "logs");
  const [file = ""] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
  await appendFile(join(folder, file), '\n[1]\nnull\n{"timestamp":1}\n[1,2,null]\n["1",2,"x"]\n"text"');
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: "kept" }));
  assert.deepEqual(
    events?.map((event) => event.message),
    ["kept"],
  );
});

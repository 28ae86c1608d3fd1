import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { logTail } from "../../lib/ecs/log-tail.js";
import { type FakeResponse, Fault, fakeAws } from "../support/fake-aws.js";
import { target } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

const options = { "awslogs-group": "/app", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "ecs" };

async function tail(t: TestContext, logConfiguration: JsonObject | undefined, answer: FakeResponse) {
  const fake = await fakeAws({ GetLogEvents: () => answer });
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => {} };
  const container = { name: "app", ...(logConfiguration && { logConfiguration }) };
  const log = await logTail(session, { containerDefinitions: [container] }, "arn:aws:ecs:r:a:task/c/0123");
  return { log, fake };
}

test("the last lines of the container's stream are read", async (t) => {
  const events = [{ message: "one\n" }, { message: "two" }];
  const { log, fake } = await tail(t, { logDriver: "awslogs", options }, { events });
  assert.deepEqual(log, { group: "/app", stream: "ecs/app/0123", lines: ["one", "two"] });
  assert.deepEqual(fake.sent("GetLogEvents"), [{ logGroupName: "/app", logStreamName: "ecs/app/0123", limit: 20 }]);
});

test("a sidecar's log is read where the sidecar is named", async (t) => {
  const fake = await fakeAws({ GetLogEvents: () => ({ events: [{ message: "no upstream" }] }) });
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => {} };
  const logConfiguration = { logDriver: "awslogs", options: { ...options, "awslogs-group": "/proxy" } };
  const containerDefinitions = [{ name: "app" }, { name: "proxy", logConfiguration }];
  const log = await logTail(session, { containerDefinitions }, "arn:aws:ecs:r:a:task/c/0123", "proxy");
  assert.deepEqual(log, { group: "/proxy", stream: "ecs/proxy/0123", lines: ["no upstream"] });
});

const unavailable: [why: string, JsonObject | undefined, FakeResponse, RegExp][] = [
  [
    "the permission is missing",
    { logDriver: "awslogs", options },
    new Fault("AccessDeniedException"),
    /logs:GetLogEvents/,
  ],
  [
    "there is no stream",
    { logDriver: "awslogs", options },
    new Fault("ResourceNotFoundException", "no stream"),
    /no stream/,
  ],
  ["there is no driver", undefined, {}, /no driver/],
  ["the driver is another", { logDriver: "splunk" }, {}, /splunk/],
  ["there is no prefix", { logDriver: "awslogs", options: {} }, {}, /stream-prefix/],
  [
    "it is in another region",
    { logDriver: "awslogs", options: { ...options, "awslogs-region": "eu-west-1" } },
    {},
    /eu-west-1/,
  ],
];
for (const [why, configuration, answer, pattern] of unavailable) {
  test(`a log that can't be read because ${why} is reported so and hides no verdict`, async (t) => {
    const { log } = await tail(t, configuration, answer);
    assert.ok("unavailable" in log);
    assert.match(log.unavailable, pattern);
  });
}

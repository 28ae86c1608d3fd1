import assert from "node:assert/strict";
import { test } from "node:test";
import { alarms, alarmsTopic } from "../../../../lib/rollout/preflight/checks/alarms.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { facts, inShort } from "../../../support/facts.js";
import { type FakeResponse, Fault } from "../../../support/fake-aws.js";
import { target } from "../../../support/scripted-ecs.js";

const watching = (alarmNames: string[], enable = true) => ({
  deploymentConfiguration: { alarms: { alarmNames, enable, rollback: true } },
});
const found = (states: Record<string, string>, service = watching(["errors", "latency"])) =>
  alarms(facts({ service, alarms: { value: new Map(Object.entries(states)) } }));

test("alarms that are OK or without data are fine", () => {
  assert.deepEqual(found({ errors: "OK", latency: "INSUFFICIENT_DATA" }), []);
});

test("an alarm that is in ALARM is left out by ECS: a warning, that names it", () => {
  const [finding, ...others] = found({ errors: "ALARM", latency: "OK" });
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(String(finding?.what), /The alarm errors is in ALARM now: ECS leaves it out of this deployment/);
});

test("an alarm that does not exist is a warning", () => {
  const [finding, ...others] = found({ errors: "OK" });
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(String(finding?.what), /watch the alarm latency, and there is no such alarm/);
});

function read(answer: () => FakeResponse, service: object = watching(["errors", "all"])) {
  const fake = directAws({ DescribeAlarms: answer });
  const session = { aws: fake.aws, target };
  const reading = alarmsTopic.read({ session, service } as unknown as SharedReads);
  return { fake, reading };
}

test("metric alarms and composite ones are read by their names", async () => {
  const { fake, reading } = read(() => ({
    MetricAlarms: [{ AlarmName: "errors", StateValue: "OK" }],
    CompositeAlarms: [{ AlarmName: "all", StateValue: "ALARM" }],
  }));
  const states = new Map([
    ["errors", "OK"],
    ["all", "ALARM"],
  ]);
  assert.deepEqual((await reading).alarms, { value: states });
  const names = { AlarmNames: ["errors", "all"], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] };
  assert.deepEqual(fake.sent("DescribeAlarms"), [names]);
});

test("nothing is read for a service that watches none, or has turned them off", async () => {
  for (const service of [{}, watching(["errors"], false)]) {
    const { fake, reading } = read(() => ({}), service);
    assert.deepEqual(alarms(facts({ service, ...(await reading) })), []);
    assert.deepEqual(fake.calls, []);
  }
});

test("without the permission they are not checked, with the permission to allow", async () => {
  const message = "User: x is not authorized to perform: cloudwatch:DescribeAlarms on resource: y";
  const { reading } = read(() => new Fault("AccessDeniedException", message));
  const findings = alarms(facts({ service: watching(["errors"]), ...(await reading) }));
  assert.deepEqual(inShort(findings), ["not-checked deployment-alarms"]);
  assert.match(String(findings[0]?.what), /cloudwatch:DescribeAlarms is not permitted/);
  assert.match(String(findings[0]?.fix), /Allow cloudwatch:DescribeAlarms/);
});

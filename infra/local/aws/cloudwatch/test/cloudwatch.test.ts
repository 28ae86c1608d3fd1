import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../protocol/hash.js";
import type { LocalAws } from "../../server.js";
import { localAws, send } from "../../test/local-aws.js";

test("alarms are put, set, described in pages, and deleted all or none", async (t) => {
  const { aws } = await localAws(t);
  const credentials = { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey };
  const client = new CloudWatchClient({ region: "us-west-2", endpoint: aws.url, credentials, maxAttempts: 1 });
  t.after(() => client.destroy());
  for (const AlarmName of ["b", "a", "other"]) {
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName,
        MetricName: "Errors",
        Namespace: "Web",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
      }),
    );
  }
  await client.send(new SetAlarmStateCommand({ AlarmName: "a", StateValue: "ALARM", StateReason: "by hand" }));
  const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
  const { MetricAlarms = [] } = first;
  assert.deepEqual(
    MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]),
    [
      ["a", "ALARM"],
      ["b", "INSUFFICIENT_DATA"],
    ],
  );
  assert.deepEqual([MetricAlarms[0]?.StateReason, MetricAlarms[0]?.Threshold], ["by hand", 1]);
  assert.ok(MetricAlarms[0]?.StateUpdatedTimestamp instanceof Date);
  const second = await client.send(new DescribeAlarmsCommand({ NextToken: first.NextToken }));
  assert.deepEqual(
    second.MetricAlarms?.map(({ AlarmName }) => AlarmName),
    ["other"],
  );
  const firing = await client.send(new DescribeAlarmsCommand({ StateValue: "ALARM", AlarmNamePrefix: "a" }));
  assert.equal(firing.MetricAlarms?.length, 1);

  await assert.rejects(client.send(new DeleteAlarmsCommand({ AlarmNames: ["a", "none"] })), /Unknown alarm/);
  await client.send(new DeleteAlarmsCommand({ AlarmNames: ["a", "b"] }));
  assert.equal((await client.send(new DescribeAlarmsCommand({}))).MetricAlarms?.length, 1);
  await assert.rejects(
    client.send(new SetAlarmStateCommand({ AlarmName: "a", StateValue: "OK", StateReason: "" })),
    /Unknown alarm/,
  );
});

test("an alarm has no control characters in its name", async (t) => {
  const { aws } = await localAws(t);
  const answer = await sendAsJson(aws, "PutMetricAlarm", {
    AlarmName: "a\u001bb",
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanThreshold",
  });
  assert.equal(answer.json().__type, "InvalidParameterValue");
});

test("a union without a member, or with two, is refused, and nothing is stored of it", async (t) => {
  const { aws } = await localAws(t);
  const alarm = {
    AlarmName: "poison",
    MetricName: "m",
    Namespace: "n",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  };
  for (const EvaluationWindow of [{}, { SlidingWindow: {}, WallClockWindow: {} }]) {
    const answer = await sendAsJson(aws, "PutMetricAlarm", { ...alarm, EvaluationWindow });
    assert.equal(answer.status, 400);
    assert.match(String(answer.json().message), /^EvaluationWindow is a union and must have exactly one member/);
  }
  const described = await sendAsJson(aws, "DescribeAlarms", {});
  assert.deepEqual(described.json().MetricAlarms, []);
  const one = await sendAsJson(aws, "PutMetricAlarm", { ...alarm, EvaluationWindow: { SlidingWindow: {} } });
  assert.equal(one.status, 200);
});

/** Calls an operation with members that the SDK's own client would not send. */
async function sendAsJson(aws: LocalAws, operation: string, members: object) {
  const signer = new SignatureV4({
    credentials: { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey },
    region: "us-west-2",
    service: "monitoring",
    sha256: Sha256,
  });
  const body = JSON.stringify(members);
  const headers = {
    host: `127.0.0.1:${aws.port}`,
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `GraniteServiceVersion20100801.${operation}`,
  };
  const request = { method: "POST", protocol: "http:", hostname: "127.0.0.1", path: "/", query: {}, headers, body };
  return send(aws.url, { method: "POST", headers: (await signer.sign(request)).headers, body });
}

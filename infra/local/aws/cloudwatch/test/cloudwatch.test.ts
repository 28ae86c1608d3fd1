import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { localAws } from "../../test/local-aws.js";

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

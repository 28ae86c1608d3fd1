import { PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import type { Clients } from "./sdk-clients.js";

/** Creates alarms in the state OK. Only `setAlarm` changes them, because no metrics arrive. */
export async function createAlarms(clients: Clients, names: readonly string[]): Promise<void> {
  for (const AlarmName of names) {
    await clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        ...{ Namespace: "app", MetricName: AlarmName, Statistic: "Sum", Threshold: 0 },
        ...{ Period: 60, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" },
      }),
    );
    await setAlarm(clients, AlarmName, "OK");
  }
}

export async function setAlarm({ cloudWatch }: Clients, name: string, state: "OK" | "ALARM"): Promise<void> {
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: "set" }));
}

import { number, text } from "../protocol/input.js";
import { AwsError, type JsonObject } from "../protocol/service.js";

/** Stored metric alarm. Times are milliseconds since the epoch, `period` is seconds. */
export interface Alarm {
  arn: string;
  name: string;
  period: number;
  evaluationPeriods: number;
  /** As PutMetricAlarm was sent them. */
  settings: JsonObject;
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  stateReason: string;
  updatedAt: number;
  stateUpdatedAt: number;
}

/** Reads the input of PutMetricAlarm and validates it by CloudWatch's rules. */
export function checkedAlarm(input: JsonObject): Pick<Alarm, "name" | "period" | "evaluationPeriods" | "settings"> {
  const { Tags: _tags, ...settings } = input;
  const name = text(input, "AlarmName") ?? "";
  const period = number(input, "Period") ?? 60;
  const evaluationPeriods = number(input, "EvaluationPeriods") ?? 1;
  if (name.length < 1 || name.length > 255) throw invalid("AlarmName must be from 1 to 255 characters long.");
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  if (/\p{Cc}/u.test(name)) throw invalid("AlarmName must not contain ASCII control characters.");
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
    throw invalid(`Period ${period}: 10, 20, 30 and multiples of 60 are accepted.`);
  }
  if (evaluationPeriods < 1) throw invalid(`EvaluationPeriods ${evaluationPeriods}: 1 and more are accepted.`);
  return { name, period, evaluationPeriods, settings };
}

/** Formats an alarm as DescribeAlarms returns it. */
export function alarmView(alarm: Alarm): JsonObject {
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    Dimensions: [],
    ...alarm.settings,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.updatedAt / 1_000,
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: alarm.stateUpdatedAt / 1_000,
  };
}

const invalid = (message: string) => new AwsError("InvalidParameterValue", message);

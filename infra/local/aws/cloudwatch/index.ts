import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { number, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { storedMap } from "../stored-map.js";
import { type Alarm, alarmView, checkedAlarm } from "./alarm.js";
import { metricData, type UsedQuotas } from "./metric-data.js";

export interface CloudWatchDeps {
  state: StateDirectory;
  clock: Clock;
  /** Has the usage and the quota of the vCPUs of Fargate. */
  ecs: UsedQuotas;
}

/** State of an alarm, as sent to its observers. */
export interface AlarmState {
  /** `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME` */
  arn: string;
  /** Undefined when the alarm has been deleted. */
  state: Alarm["state"] | undefined;
  /** Evaluation window in milliseconds: the period times the evaluation periods. */
  window: number;
}

export interface CloudWatch {
  service: Service;
  /** Calls the listener for every existing alarm, then for each change. */
  watch(listener: (news: AlarmState) => void): void;
}

const MOST_AT_ONCE = 100;
const PAGE = 50;

/**
 * CloudWatch alarms, for deployments that watch them, and the usage metrics of Fargate. Alarms do not evaluate metrics: one starts in
 * INSUFFICIENT_DATA and changes only by SetAlarmState (on AWS the next evaluation would change it again).
 */
export function createCloudWatch({ state, clock, ecs }: CloudWatchDeps): CloudWatch {
  const document = state.document(
    "cloudwatch",
    () => ({ alarms: new Map<string, Alarm>() }),
    (stored: { alarms?: Record<string, Alarm> }) => ({ alarms: storedMap(stored.alarms) }),
  );
  const { alarms } = document.value;
  const listeners: ((news: AlarmState) => void)[] = [];

  const stateOf = (arn: string): AlarmState => ({
    arn,
    state: alarms.get(arn)?.state,
    window: (alarms.get(arn)?.period ?? 0) * (alarms.get(arn)?.evaluationPeriods ?? 0) * 1_000,
  });
  const changed = (arn: string) => {
    document.save();
    for (const listener of listeners) listener(stateOf(arn));
  };

  return {
    watch(listener) {
      listeners.push(listener);
      for (const arn of alarms.keys()) listener(stateOf(arn));
    },
    service: {
      signingName: "monitoring",
      targetPrefix: "GraniteServiceVersion20100801",
      queryNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
      operations: {
        PutMetricAlarm(input, caller) {
          const wanted = checkedAlarm(input);
          const arn = arnOf(caller, wanted.name);
          const before = alarms.get(arn);
          const now = clock.now();
          // New settings leave an alarm's state unchanged.
          alarms.set(
            arn,
            before
              ? { ...before, ...wanted, updatedAt: now }
              : { ...wanted, arn, ...UNCHECKED, updatedAt: now, stateUpdatedAt: now },
          );
          changed(arn);
          return {};
        },

        SetAlarmState(input, caller) {
          const alarm = alarms.get(arnOf(caller, text(input, "AlarmName") ?? ""));
          if (alarm === undefined) throw new AwsError("ResourceNotFound", "Unknown alarm", 404);
          const value = text(input, "StateValue");
          if (value !== "OK" && value !== "ALARM" && value !== "INSUFFICIENT_DATA") {
            throw invalid(`StateValue '${value}': OK, ALARM and INSUFFICIENT_DATA are accepted.`);
          }
          Object.assign(alarm, {
            state: value,
            stateReason: text(input, "StateReason") ?? "",
            stateUpdatedAt: clock.now(),
          });
          changed(alarm.arn);
          return {};
        },

        DeleteAlarms(input, caller) {
          const arns = (texts(input, "AlarmNames") ?? []).map((name) => arnOf(caller, name));
          if (arns.length > MOST_AT_ONCE) throw invalid(`Up to ${MOST_AT_ONCE} alarms are deleted at once.`);
          // All or none, as on AWS.
          if (arns.some((arn) => !alarms.has(arn))) {
            throw new AwsError("ResourceNotFound", "Unknown alarm", 404);
          }
          for (const arn of arns) {
            alarms.delete(arn);
            changed(arn);
          }
          return {};
        },

        GetMetricData: (input, caller) => metricData(input, (fargateClass) => ecs.fargateVcpus(caller, fargateClass)),

        DescribeAlarms(input, caller) {
          const found = [...alarms.values()]
            .filter(({ arn }) => arn.startsWith(arnOf(caller, "")))
            .filter(filterOf(input))
            .sort((a, b) => (a.name < b.name ? -1 : 1));
          const size = number(input, "MaxRecords") ?? PAGE;
          if (size < 1 || size > MOST_AT_ONCE) throw invalid(`MaxRecords must be from 1 to ${MOST_AT_ONCE}.`);
          const badToken = () => new AwsError("InvalidNextToken", "The next token is invalid.");
          const { items, nextToken } = page(found, size, text(input, "NextToken"), badToken);
          return {
            MetricAlarms: items.map(alarmView),
            CompositeAlarms: [],
            ...(nextToken !== undefined && { NextToken: nextToken }),
          };
        },
      },
    },
  };
}

const UNCHECKED = { state: "INSUFFICIENT_DATA", stateReason: "Unchecked: Initial alarm creation" } as const;

const arnOf = ({ region, accountId }: Caller, name: string) =>
  `arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${name}`;

const invalid = (message: string) => new AwsError("InvalidParameterValue", message);

function filterOf(input: JsonObject): (alarm: Alarm) => boolean {
  const names = texts(input, "AlarmNames");
  const prefix = text(input, "AlarmNamePrefix");
  if (names !== undefined && prefix !== undefined) {
    throw new AwsError("InvalidParameterCombination", "AlarmNames and AlarmNamePrefix exclude each other.");
  }
  const types = texts(input, "AlarmTypes") ?? ["MetricAlarm"];
  const state = text(input, "StateValue");
  return (alarm) =>
    types.includes("MetricAlarm") &&
    (names === undefined || names.includes(alarm.name)) &&
    alarm.name.startsWith(prefix ?? "") &&
    (state === undefined || alarm.state === state);
}

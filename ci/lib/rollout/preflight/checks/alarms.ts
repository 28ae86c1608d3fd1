import type { Service } from "@aws-sdk/client-ecs";
import { readChunks, readPages } from "../../../aws/paging.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["deployment-alarms"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface AlarmsFacts {
  /** States of the existing ones of the alarms that the service's deployments watch, by name. */
  alarms: Readable<ReadonlyMap<string, string>>;
}

/**
 * Checks the alarms that are to end a bad deployment. ECS leaves one that is in ALARM at the start out of the deployment, and one that does
 * not exist can't fire. INSUFFICIENT_DATA is usual: an alarm on errors has it until the first one.
 */
export function alarms({ service, alarms }: BaseFacts & AlarmsFacts): Finding[] {
  const names = watchedBy(service);
  if ("unknown" in alarms) return unread(names, alarms.unknown);
  const missing = names.filter((name) => !alarms.value.has(name));
  const firing = names.filter((name) => alarms.value.get(name) === "ALARM");
  return [...firing.flatMap(isFiring), ...missing.flatMap(isMissing)];
}

function isFiring(name: string): Finding[] {
  return warning(
    "deployment-alarms",
    `The alarm ${name} is in ALARM now: ECS leaves it out of this deployment, which it then does not guard.`,
    `Find its reason first (aws cloudwatch describe-alarms --alarm-names "${name}"), and deploy once it is OK.`,
  );
}

function isMissing(name: string): Finding[] {
  return warning(
    "deployment-alarms",
    `The service's deployments watch the alarm ${name}, and there is no such alarm: nothing ends a bad deployment in its place.`,
    "Create it, or correct alarmNames in the alarms of the service's deployment configuration.",
  );
}

function unread(names: readonly string[], reason: string): Finding[] {
  return notRead(
    "deployment-alarms",
    `Whether ${names.join(" and ")} may be in ALARM now, so that ECS leaves it out of the deployment, could not be read: ${reason}.`,
    fixOf(reason, "Allow cloudwatch:DescribeAlarms on all resources: composite alarms are returned only so."),
  );
}

/** Returns the names of the alarms that a service's deployments watch. */
export function watchedBy({ deploymentConfiguration = {} }: Service): string[] {
  const { enable, alarmNames = [] } = deploymentConfiguration.alarms ?? {};
  return enable ? [...new Set(alarmNames)] : [];
}

/** Highest number of names in one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const alarmsAtOnce = 100;

async function readStates(session: Session, names: readonly string[]): Promise<Map<string, string>> {
  const cloudWatch = await session.aws.lazy.cloudWatch();
  const found = await readChunks(names, alarmsAtOnce, (AlarmNames) =>
    readPages(async (NextToken) => {
      const command = new sdk.cloudWatch.DescribeAlarmsCommand({
        AlarmNames,
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        ...(NextToken && { NextToken }),
      });
      const page = await cloudWatch.send(command, abort(session));
      return { items: [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])], nextToken: page.NextToken };
    }),
  );
  return new Map(found.map(({ AlarmName = "", StateValue = "" }) => [AlarmName, StateValue]));
}

export const alarmsTopic = {
  ids,
  read: async ({ session, service }: SharedReads): Promise<AlarmsFacts> => {
    const names = watchedBy(service);
    return {
      alarms: names.length === 0 ? { value: new Map() } : await tryRead(readStates(session, names), session.signal),
    };
  },
  judge: alarms,
};

import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { objects } from "../../../ecs/containers.js";
import type { Session } from "../../session.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["log-group-missing"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface LogGroupFacts {
  container: string;
  group: string;
  region: string;
  exists: Readable<boolean>;
}

export interface LogGroupsFacts {
  logGroups: LogGroupFacts[];
}

/** Reads whether the log groups exist that the containers of a task definition write to. Each is read once. */
async function readLogGroups(session: Session, taskDefinition: JsonObject): Promise<LogGroupFacts[]> {
  const wanted = new Map(
    objects(taskDefinition.containerDefinitions)
      .flatMap((container) => groupOf(container, session.target.region))
      .map((one) => [`${one.region} ${one.group}`, one]),
  );
  return await Promise.all(
    [...wanted.values()].map(async (one) => ({ ...one, exists: await readGroup(session, one) })),
  );
}

type Group = Omit<LogGroupFacts, "exists">;

function groupOf(container: JsonObject, region: string): Group[] {
  const { logDriver, options } = (container.logConfiguration ?? {}) as {
    logDriver?: string;
    options?: Record<string, string>;
  };
  const group = options?.["awslogs-group"];
  // With awslogs-create-group a task creates its log group.
  if (logDriver !== "awslogs" || group === undefined || options?.["awslogs-create-group"] === "true") return [];
  return [{ container: String(container.name), group, region: options?.["awslogs-region"] ?? region }];
}

async function readGroup(session: Session, { group, region }: Group): Promise<LogGroupFacts["exists"]> {
  if (region !== session.target.region) return { unknown: `it is in ${region}, not in ${session.target.region}` };
  return await tryRead(groupExists(session, group), session.signal);
}

/** Reads the group's streams, because that permission can be limited to one log group, and the one to list groups can't. */
async function groupExists(session: Session, logGroupName: string): Promise<boolean> {
  const command = new sdk.logs.DescribeLogStreamsCommand({ logGroupName, limit: 1 });
  try {
    await session.aws.logs.send(command, abort(session));
    return true;
  } catch (error) {
    if (error instanceof sdk.logs.ResourceNotFoundException) return false;
    throw error;
  }
}

/** Checks that each log group exists that a container writes to: a task whose log can't be opened does not start. */
export function logGroups({ logGroups }: LogGroupsFacts): Finding[] {
  return logGroups.flatMap(judgeGroup);
}

function judgeGroup({ container, group, region, exists }: LogGroupFacts): Finding[] {
  if ("unknown" in exists) {
    return notRead(
      "log-group-missing",
      `Whether the log group ${group} of ${container} exists could not be read: ${exists.unknown}.`,
      fixOf(exists.unknown, "Allow logs:DescribeLogStreams on it, or check it yourself."),
    );
  }
  if (exists.value) return [];
  return error(
    "log-group-missing",
    `${container} logs to ${group} in ${region}, and there is no such log group: its tasks could not start.`,
    `Create it: aws logs create-log-group --region ${region} --log-group-name ${group}.`,
  );
}

export const logGroupsTopic = {
  ids,
  read: async ({ session, next }: SharedReads): Promise<LogGroupsFacts> => ({
    logGroups: await readLogGroups(session, next),
  }),
  judge: logGroups,
};

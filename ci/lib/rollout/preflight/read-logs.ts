import type { JsonObject } from "../../aws/raw-task-definition.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import { knowing } from "../../aws/try-read.js";
import { objects } from "../../ecs/containers.js";
import type { Session } from "../session.js";
import type { LogGroupFacts } from "./facts.js";

/** The log groups that the containers of a task definition write to, and whether they are there. Each is asked for once. */
export async function readLogGroups(session: Session, taskDefinition: JsonObject): Promise<LogGroupFacts[]> {
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
  // With awslogs-create-group a task makes its log group by itself.
  if (logDriver !== "awslogs" || group === undefined || options?.["awslogs-create-group"] === "true") return [];
  return [{ container: String(container.name), group, region: options?.["awslogs-region"] ?? region }];
}

async function readGroup(session: Session, { group, region }: Group): Promise<LogGroupFacts["exists"]> {
  if (region !== session.target.region) return { unknown: `it is in ${region}, not in ${session.target.region}` };
  return await knowing(isThere(session, group), session.signal);
}

/** Asked for its streams, because that permission can be held to one log group, and the one to list groups can't. */
async function isThere(session: Session, logGroupName: string): Promise<boolean> {
  const command = new sdk.logs.DescribeLogStreamsCommand({ logGroupName, limit: 1 });
  try {
    await session.aws.logs.send(command, abort(session));
    return true;
  } catch (error) {
    if (error instanceof sdk.logs.ResourceNotFoundException) return false;
    throw error;
  }
}

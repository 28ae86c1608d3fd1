import { readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/** Adds the revisions that schedules of EventBridge Scheduler run as tasks, of all groups, disabled schedules included. */
export async function addSchedules(session: Session, uses: RevisionUses): Promise<void> {
  const scheduler = await session.aws.lazy.scheduler();
  const listed = await readPages(async (NextToken) => {
    const command = new sdk.scheduler.ListSchedulesCommand({ MaxResults: 100, ...(NextToken && { NextToken }) });
    const page = await scheduler.send(command, abort(session));
    return { items: page.Schedules, nextToken: page.NextToken };
  });
  // The list has only the ARN of the target: a cluster (arn:aws:ecs:…) or an operation of ECS (arn:aws:scheduler:::aws-sdk:ecs:…).
  for (const { Name, GroupName } of listed.filter(({ Target }) => Target?.Arn?.includes(":ecs:"))) {
    const command = new sdk.scheduler.GetScheduleCommand({ Name, GroupName });
    const { Target } = await scheduler.send(command, abort(session));
    uses.add(Target?.EcsParameters?.TaskDefinitionArn, `schedule ${Name} runs it`);
    for (const named of namedIn(Target?.Input ?? "", uses.family)) uses.add(named, `schedule ${Name} names it`);
  }
}

/** Every mention of a revision counts, anywhere in the input of an ECS operation. */
function namedIn(input: string, family: string): string[] {
  return [...input.matchAll(/[\w-]+:\d+/g)].map(([name]) => name).filter((name) => name.startsWith(`${family}:`));
}

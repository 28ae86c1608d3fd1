import { abort, sdk } from "../../aws/sdk.js";
import { sendOnce } from "../calls/send-once.js";
import type { Session } from "../session.js";
import type { DeployTaskRun } from "./deploy-task.js";
import { type DeployTaskRecord, formatRecord, recordTag } from "./task-record.js";

/** Writes the state of a deploy task to its revision. A repetition has no further effect, so the SDK's retries stay on. */
export async function writeRecord(
  session: Session,
  { when, revision }: DeployTaskRun,
  record: Exclude<DeployTaskRecord, { state: "unreadable" }>,
): Promise<void> {
  const tags = [{ key: recordTag[when], value: formatRecord(record) }];
  const command = new sdk.ecs.TagResourceCommand({ resourceArn: revision, tags });
  await sendOnce(session, "TagResource", () => session.aws.ecs.send(command, abort(session)));
}

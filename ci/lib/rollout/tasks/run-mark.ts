import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import type { Session } from "../session.js";
import { once } from "../start/update-once.js";
import type { OneOffRun } from "./deploy-task.js";
import { formatRecord, type OneOffRecord, recordTag } from "./task-record.js";

/** Writes down on the revision how far its one-off task is. Sent again it does no harm, so the SDK's retries are left on. */
export async function mark(
  session: Session,
  { when, revision }: OneOffRun,
  record: Exclude<OneOffRecord, { state: "unreadable" }>,
): Promise<void> {
  const tags = [{ key: recordTag[when], value: formatRecord(record) }];
  const command = new sdk.ecs.TagResourceCommand({ resourceArn: revision, tags });
  await once(session, "TagResource", () => session.aws.ecs.send(command, abort(session)));
}

import { sdk } from "../../aws/sdk.js";
import { abort } from "../ecs/send-options.js";
import type { Session } from "../release.js";
import { once } from "../start/once.js";
import type { OneOffRun } from "./one-off.js";
import { formatRecord, type OneOffRecord, recordTag } from "./record.js";

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

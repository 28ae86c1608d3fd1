import { abort, sdk } from "../../aws/sdk.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import type { Session } from "../session.js";

/** Writes a note as a tag of one of our revisions, because state outside AWS is lost when the process ends. */
export async function noteOnRevision(
  session: Session,
  revision: string,
  name: keyof typeof revisionTag,
  text: string,
): Promise<void> {
  const command = new sdk.ecs.TagResourceCommand({
    resourceArn: revision,
    tags: [{ key: revisionTag[name], value: tagText(text) }],
  });
  await session.aws.ecs.send(command, abort(session));
}

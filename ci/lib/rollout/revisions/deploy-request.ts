import { createHash } from "node:crypto";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import type { Target } from "../../config/target.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import type { DeploySettings } from "../plan/deploy-settings.js";
import type { Release } from "../session.js";

/** One try at bringing one release to one target. */
export interface DeployRequest {
  verb: "deploy" | "rollback";
  release: Release;
  settings: DeploySettings;
  /** What the new revision is a copy of, where that is not the current one. */
  source?: RawTaskDefinition;
  /**
   * Sets this try apart from others of the same release, such as a workflow run's id: the same id is the same try, whose verdict is
   * told again. Without one, a try ends with its rollout.
   */
  runId?: string;
  /** What the public URL answered before, as the value of a tag; absent where it answered nothing usable. */
  probe?: string;
}

/**
 * The key of an attempt. It does not hold the revision it starts from, because that changes by our own doing: the same call has the
 * same key before and after its own registration.
 * @returns 64 hex digits.
 */
export function idempotencyKey(target: Target, { verb, release, settings: asked, runId = "" }: DeployRequest): string {
  const { account, region, cluster, service, container } = target;
  const parts = [
    verb,
    account,
    region,
    cluster,
    service,
    container,
    release.version,
    release.digest,
    asked.overrides,
    runId,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * What is kept in AWS of an attempt: tags on the revision that it registers. They are all the state there is.
 * @param base ARN of the revision that the new one was made from.
 * @param plan The hash of what is deployed.
 * @param time Milliseconds since the epoch.
 */
export function revisionTags(
  target: Target,
  attempt: DeployRequest,
  base: string,
  plan: string,
  time: number,
): Record<string, string> {
  const { verb, release, probe } = attempt;
  return {
    [revisionTag.attempt]: idempotencyKey(target, attempt),
    [revisionTag.verb]: verb,
    [revisionTag.version]: release.version,
    [revisionTag.digest]: release.digest,
    [revisionTag.base]: base,
    [revisionTag.plan]: plan,
    [revisionTag.time]: new Date(time).toISOString(),
    ...(probe !== undefined && { [revisionTag.probe]: tagText(probe) }),
    ...(release.commit !== undefined && { [revisionTag.commit]: tagText(release.commit) }),
  };
}

/** @throws InputError for an empty run id, which would be taken for none, or one that could hardly be an id. */
export function checkRunId(runId: string | undefined): void {
  if (runId === undefined || /^[\x21-\x7e]{1,128}$/.test(runId)) return;
  throw new InputError(
    "bad-run-id",
    `The run id ${JSON.stringify(runId)} can't be used. Accepted: 1 to 128 printable ASCII characters without spaces, such as 16239012345.`,
  );
}

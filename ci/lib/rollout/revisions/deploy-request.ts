import { createHash } from "node:crypto";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import type { Target } from "../../config/target.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import type { DeploySettings } from "../plan/deploy-settings.js";
import type { Release } from "../session.js";

/** A request to deploy one release to one target. */
export interface DeployRequest {
  verb: "deploy" | "rollback";
  release: Release;
  settings: DeploySettings;
  /** The revision that the new one is a copy of, where that is not the current one. */
  source?: RawTaskDefinition;
  /**
   * Distinguishes this deploy from others of the same release, such as the id of a workflow run: a deploy with the same id returns the
   * same verdict again. Without an id, a deploy ends with its rollout.
   */
  runId?: string;
  /** Strategy that the service gets back after the rollout, as the value of a tag; absent where it keeps the one of the deploy. */
  restore?: string;
  /** Answer of the public URL before the rollout, as the value of a tag; absent where it was not usable. */
  probe?: string;
}

/**
 * Returns the idempotency key of a deploy. It does not contain the base revision, because the deploy itself changes that: the same call
 * has the same key before and after its registration.
 * @returns 64 hex digits.
 */
export function idempotencyKey(target: Target, { verb, release, settings, runId = "" }: DeployRequest): string {
  const { account, region, cluster, service, container } = target;
  const place = [account, region, cluster, service, container];
  const parts = [verb, ...place, release.version, release.digest, settings.overrides, runId];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * Returns the tags of the revision that a deploy registers. They are the only state that a deploy keeps.
 * @param base ARN of the revision that the new one was made from.
 * @param plan Hash of the plan.
 * @param time Milliseconds since the epoch.
 */
export function revisionTags(
  target: Target,
  request: DeployRequest,
  base: string,
  plan: string,
  time: number,
): Record<string, string> {
  const { verb, release, probe, restore } = request;
  return {
    [revisionTag.attempt]: idempotencyKey(target, request),
    [revisionTag.verb]: verb,
    [revisionTag.version]: release.version,
    [revisionTag.digest]: release.digest,
    [revisionTag.base]: base,
    [revisionTag.plan]: plan,
    [revisionTag.time]: new Date(time).toISOString(),
    ...(probe !== undefined && { [revisionTag.probe]: tagText(probe) }),
    ...(restore !== undefined && { [revisionTag.restore]: tagText(restore) }),
    ...(release.commit !== undefined && { [revisionTag.commit]: tagText(release.commit) }),
  };
}

/** @throws InputError for an empty run id, which would count as none, or one with characters or a length that ids don't have. */
export function checkRunId(runId: string | undefined): void {
  if (runId === undefined || /^[\x21-\x7e]{1,128}$/.test(runId)) return;
  throw new InputError(
    "bad-run-id",
    `The run id ${JSON.stringify(runId)} can't be used. Accepted: 1 to 128 printable ASCII characters without spaces, such as 16239012345.`,
  );
}

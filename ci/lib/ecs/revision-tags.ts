/** Keys of the tags that Slipway writes on the revisions that it registers. They never change: revisions of older versions must be found. */
export const revisionTag = {
  attempt: "slipway:attempt",
  verb: "slipway:verb",
  version: "slipway:version",
  digest: "slipway:digest",
  base: "slipway:base",
  plan: "slipway:plan",
  commit: "slipway:commit",
  time: "slipway:time",
  /** Run id of the deploy, for `history`; left out where the revision has no room for it. */
  run: "slipway:run",
  /** Answer of the public URL before the rollout: see verify/baseline.ts. */
  probe: "slipway:probe",
  /** Strategy that the service gets back after the rollout: see plan/strategy.ts. */
  restore: "slipway:restore",
  /** Reason for which this deployer requested ECS's rollback. */
  stopped: "slipway:stopped",
  /** Events of its rollout that were sent as notifications: see notify/notifier.ts. */
  notified: "slipway:notified",
  /** Reason for which an automatic rollback replaces its base: only on a revision whose verb is `undo`. */
  because: "slipway:because",
} as const;

/** Replaces the characters that a tag's value does not take: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
export function tagText(text: string): string {
  return text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, " ").slice(0, 256);
}

/** The names of what the pre-flight can find: for `--ignore`, and for machines. */
export const findingIds = [
  "other-place",
  "deployment-in-flight",
  "nothing-to-return-to",
  "return-image-missing",
  "no-room-to-replace",
  "fixed-host-port",
  "no-circuit-breaker",
  "older-version",
  "same-image",
  "image-missing",
  "image-inactive",
  "wrong-platform",
  "scan-findings",
  "mutable-tags",
  "foreign-registry",
  "no-execution-role",
  "roles",
  "secrets",
  "log-group-missing",
  "target-groups",
  "health-check-port",
  "short-grace",
  "too-many-tags",
  "definition-too-large",
  "image-name-too-long",
  "command-too-long",
  "verify-tasks",
  "unused-target-keys",
] as const;
export type FindingId = (typeof findingIds)[number];

/** What speaks against a deploy, with what to do about it. */
export interface Finding {
  id: FindingId;
  /** An error stops a deploy unless it is ignored. What could not be read is `not-checked`: nobody has said that it is fine. */
  level: "error" | "warning" | "not-checked";
  what: string;
  fix: string;
}

/** A finding that somebody may have chosen to ignore. */
export interface JudgedFinding extends Finding {
  ignored: boolean;
}

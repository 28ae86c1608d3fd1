import { tagText } from "../../ecs/revision-tags.js";

/** A lock of a service, as it is stored. */
export interface Lock {
  /** Distinguishes this lock from any other one. */
  id: string;
  /** Milliseconds since the epoch, on the clock of the user who locked; 0 where that is not known. */
  since: number;
  /** Identity in AWS that locked, such as `assumed-role/deploy/alice`. */
  by: string;
  reason: string;
}

/** Returns the identity of an ARN in words that a tag's value takes, such as `assumed-role/deploy/alice`. */
export function identityOf(arn: string): string {
  return tagText(arn.split(":").at(-1) || "unknown").replaceAll(" ", "_");
}

/** Formats the holder of a lock, since when and for what reason. */
export function formatHolder({ by, since, reason }: Lock): string {
  const time = since === 0 ? "" : ` since ${new Date(since).toISOString()}`;
  return `by ${by}${time}, reason: ${reason}`;
}

import { createHash } from "node:crypto";
import type { Target } from "../target.js";
import type { Release } from "./release.js";

/**
 * The key of one try at deploying one release to one target. It does not hold the revision it starts from, because that changes by
 * our own doing: the same deploy has the same key before and after its own registration.
 * @returns 64 hex digits.
 */
export function attemptKey(target: Target, release: Release): string {
  const { account, region, cluster, service, container } = target;
  const parts = ["deploy", account, region, cluster, service, container, release.version, release.digest];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** What is kept in AWS of an attempt: tags on the revision that it registers. They are all the state there is. */
export function attemptTags(target: Target, release: Release, base: string): Record<string, string> {
  return {
    "slipway:attempt": attemptKey(target, release),
    "slipway:version": release.version,
    "slipway:digest": release.digest,
    "slipway:base": base,
    ...(release.commit !== undefined && { "slipway:commit": release.commit }),
  };
}

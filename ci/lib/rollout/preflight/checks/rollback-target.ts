import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** A completed deployment exists that ECS can return to: without one, a rollback leaves the service on what failed. */
export function somethingToReturnTo({ hasCompleted }: PreflightFacts): Finding[] {
  if ("value" in hasCompleted && hasCompleted.value) return [];
  const isKnown = "value" in hasCompleted;
  return [
    {
      id: "nothing-to-return-to",
      level: isKnown ? "error" : "not-checked",
      what: `No deployment of the service is known to have completed${isKnown ? "" : ` (${hasCompleted.unknown})`}: if this one fails, ECS has nothing to return to.`,
      fix: "For a service's first deploy that is as it must be: pass --ignore nothing-to-return-to. Else bring the service back to a version that runs first.",
    },
  ];
}

import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";

/** A completed deployment exists that ECS can return to: without one, a rollback leaves the service on what failed. */
export function somethingToReturnTo({ service, deployments }: Facts): Finding[] {
  const isCompleted = service.deployments?.some((one) => one.rolloutState === "COMPLETED");
  if (isCompleted || deployments.listed.some((one) => one.status === "SUCCESSFUL")) return [];
  return [
    {
      id: "nothing-to-return-to",
      level: deployments.classicOnly === undefined ? "error" : "not-checked",
      what: `No deployment of the service is known to have completed${deployments.classicOnly === undefined ? "" : ` (${deployments.classicOnly})`}: if this one fails, ECS has nothing to return to.`,
      fix: "For a service's first deploy that is as it must be: pass --ignore nothing-to-return-to. Else bring the service back to a version that runs first.",
    },
  ];
}

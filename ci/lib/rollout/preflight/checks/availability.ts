import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The service that answered is in the account and the region that the target names. */
export function place({ service, target }: PreflightFacts): Finding[] {
  const [, , , region, account] = (service.serviceArn ?? "").split(":");
  if (region === undefined || (region === target.region && account === target.account)) return [];
  return [
    {
      id: "other-place",
      level: "error",
      what: `The service is in ${region}, account ${account}; the target says ${target.region}, account ${target.account}.`,
      fix: 'Correct "region" or "account" in the target, or choose another --target.',
    },
  ];
}

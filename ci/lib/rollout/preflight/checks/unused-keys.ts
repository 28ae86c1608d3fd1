import { movedKeys } from "../../../config/target-schema.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The target states nothing that a deploy does not use. A warning: targets could state the service's size before, and still can. */
export function unusedKeys({ target }: PreflightFacts): Finding[] {
  const names = movedKeys.filter((key) => target[key] !== undefined).map((key) => `"${key}"`);
  if (names.length === 0) return [];
  return [
    {
      id: "unused-target-keys",
      level: "warning",
      what: `${names.join(", ")} in the target ${names.length === 1 ? "has" : "have"} no effect: a deploy keeps what the service has.`,
      fix: "Remove them. What Terraform creates the service with belongs in a file of its own, as infra/targets/production.terraform.json; --cpu, --memory and --desired-count of deploy change the service.",
    },
  ];
}

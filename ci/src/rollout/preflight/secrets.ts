import { objects } from "../containers.js";
import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";

/** Secrets and parameters are not read, not even whether they are there: a deployer needs no permission on them. */
export function secrets({ next }: Facts): Finding[] {
  const references = objects(next.containerDefinitions).flatMap((container) =>
    objects(container.secrets).map((secret) => `${secret.name} of ${container.name} (${secret.valueFrom})`),
  );
  if (references.length === 0) return [];
  return [
    {
      id: "secrets",
      level: "not-checked",
      what: `Whether these exist and the execution role may read them: ${references.join(", ")}.`,
      fix: "See for yourself where it matters: aws secretsmanager describe-secret --secret-id ARN, or aws ssm describe-parameters.",
    },
  ];
}

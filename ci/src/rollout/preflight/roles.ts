import { objects } from "../containers.js";
import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";

/** The task has the execution role that its image, its secrets and its log need. The roles themselves are not read. */
export function roles({ next }: Facts): Finding[] {
  const { executionRoleArn, taskRoleArn } = next;
  const named = [executionRoleArn, taskRoleArn].filter((arn) => arn !== undefined);
  return [
    ...(executionRoleArn === undefined ? noExecutionRole(next) : []),
    ...(named.length > 0 ? [unread(named)] : []),
  ];
}

function noExecutionRole(next: Facts["next"]): Finding[] {
  const containers = objects(next.containerDefinitions);
  const hasSecrets = containers.some((container) => objects(container.secrets).length > 0);
  // On instances of one's own the instance's role pulls images and writes logs.
  const isFargate = (next.requiresCompatibilities as string[] | undefined)?.includes("FARGATE") ?? false;
  if (!hasSecrets && !isFargate) return [];
  return [
    {
      id: "no-execution-role",
      level: "error",
      what: `The task definition has no execution role, and ${hasSecrets ? "secrets can't be read" : "Fargate can't pull from ECR"} without one.`,
      fix: 'Set "executionRoleArn" in the task definition.',
    },
  ];
}

function unread(arns: readonly unknown[]): Finding {
  return {
    id: "roles",
    level: "not-checked",
    what: `Whether these roles exist and allow what is needed: ${arns.join(", ")}.`,
    fix: "See for yourself where it matters: aws iam get-role --role-name NAME.",
  };
}

import { fixOf } from "../../../aws/try-read.js";
import type { PreflightFacts, RoleFacts } from "../facts.js";
import { isOnFargate } from "../fargate.js";
import type { Finding } from "../finding.js";
import { secretReferences } from "../secret-references.js";
import { unchecked } from "./unchecked.js";

/** The task has the execution role that its image, its secrets and its log need, and ECS can assume the roles that it names. */
export function roles({ next, service, target, roles }: PreflightFacts): Finding[] {
  return [
    ...(next.executionRoleArn === undefined ? noExecutionRole({ next, service, target }) : []),
    ...roles.flatMap((one) => judge(one, target)),
    ...unchecked(
      roles.map(({ role, uses, state }) => ({ what: `the ${uses.join(" and ")} ${role}`, known: state })),
      (reason, roles) => ({
        id: "roles",
        level: "not-checked",
        what: `Whether ECS can assume ${roles.join(" and ")} could not be read: ${reason}.`,
        fix: fixOf(reason, "Allow iam:GetRole on it, or see for yourself: aws iam get-role --role-name NAME."),
      }),
    ),
  ];
}

function noExecutionRole({ next, service, target }: Pick<PreflightFacts, "next" | "service" | "target">): Finding[] {
  const hasSecrets = secretReferences(next, target).length > 0;
  // On instances of one's own the instance's role pulls images and writes logs.
  if (!hasSecrets && !isOnFargate(next, service)) return [];
  return [
    {
      id: "no-execution-role",
      level: "error",
      what: `The task definition has no execution role, and ${hasSecrets ? "secrets can't be read" : "Fargate can't pull from ECR"} without one.`,
      fix: 'Set "executionRoleArn" in the task definition.',
    },
  ];
}

function judge({ role, uses, state }: RoleFacts, { account, region }: PreflightFacts["target"]): Finding[] {
  if ("unknown" in state || state.value === "trusts-ecs") return [];
  const use = uses.join(" and ");
  if (state.value === "missing") {
    return [
      {
        id: "roles",
        level: "error",
        what: `The ${use} ${role} does not exist: no task could start.`,
        fix: "Create it anew, or name another in the task definition.",
      },
    ];
  }
  return [
    {
      id: "roles",
      level: "error",
      what: `The trust policy of the ${use} ${role} does not let ECS assume it for tasks in ${region}, account ${account}: no task could start.`,
      fix: "Let it allow sts:AssumeRole to the service ecs-tasks.amazonaws.com.",
    },
  ];
}

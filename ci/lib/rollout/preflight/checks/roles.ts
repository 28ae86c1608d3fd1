import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { nameIn } from "../../../common/aws-names.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { isOnFargate } from "../fargate.js";
import { error, notChecked, notRead, type Finding as TopicFinding } from "../finding.js";
import { type EcsPrincipal, trustsEcs } from "../role-trust.js";
import { secretReferences } from "../secret-references.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["no-execution-role", "roles"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface RoleFacts {
  /** Its ARN, or its name where the task definition has only that. */
  role: string;
  /** Its uses: `execution role`, `task role`. */
  uses: string[];
  state: Readable<RoleState>;
}

export type RoleState = "missing" | "trusts-ecs" | "does-not-trust-ecs";

export interface RolesFacts {
  roles: RoleFacts[];
}

/** Reads the execution role and the task role that a task definition names. One role for both uses is read once. */
export async function readRoles(session: Session, taskDefinition: JsonObject): Promise<RoleFacts[]> {
  const named = [
    { use: "execution role", role: taskDefinition.executionRoleArn },
    { use: "task role", role: taskDefinition.taskRoleArn },
  ].filter(({ role }) => typeof role === "string") as { use: string; role: string }[];
  const roles = [...new Set(named.map(({ role }) => role))];
  return await Promise.all(
    roles.map(async (role) => ({
      role,
      uses: named.filter((one) => one.role === role).map(({ use }) => use),
      state: await readRoleState(session, role),
    })),
  );
}

/** Reads whether a role exists and lets a principal of ECS assume it. */
export async function readRoleState(
  session: Session,
  role: string,
  ecs: EcsPrincipal = "ecs-tasks.amazonaws.com",
): Promise<Readable<RoleState>> {
  const { account } = session.target;
  // A task definition accepts a role's name without its ARN.
  const owner = role.startsWith("arn:") ? role.split(":")[4] : account;
  if (owner !== account) return { unknown: `it is in account ${owner}, not in ${account}` };
  const read = await tryRead(readTrust(session, role, ecs), session.signal);
  if ("unknown" in read) return read;
  if (read.value === undefined) return { value: "missing" };
  if ("unknown" in read.value) return read.value;
  return { value: read.value.value ? "trusts-ecs" : "does-not-trust-ecs" };
}

/** @returns undefined when there is no such role. */
async function readTrust(session: Session, role: string, ecs: EcsPrincipal): Promise<Readable<boolean> | undefined> {
  const { GetRoleCommand, NoSuchEntityException } = sdk.iam;
  const iam = await session.aws.lazy.iam();
  const command = new GetRoleCommand({ RoleName: nameIn(role) });
  try {
    const { Role } = await iam.send(command, abort(session));
    // IAM finds roles by name alone: one of this name with another path is another role.
    if (role.startsWith("arn:") && Role?.Arn !== role) return undefined;
    return trustsEcs(Role?.AssumeRolePolicyDocument ?? "", session.target, ecs);
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}

/** Checks that the task has the execution role that its image, secrets and log need, and that ECS can assume its roles. */
export function roles({ next, service, target, roles }: BaseFacts & RolesFacts): Finding[] {
  return [
    ...(next.executionRoleArn === undefined ? noExecutionRole({ next, service, target }) : []),
    ...roles.flatMap((one) => judgeRole(one, target)),
    ...notChecked(
      roles.map(({ role, uses, state }) => ({ what: `the ${uses.join(" and ")} ${role}`, known: state })),
      (reason, roles) =>
        notRead(
          "roles",
          `Whether ECS can assume ${roles.join(" and ")} could not be read: ${reason}.`,
          fixOf(reason, "Allow iam:GetRole on it, or check it yourself: aws iam get-role --role-name NAME."),
        ),
    ),
  ];
}

function noExecutionRole({ next, service, target }: Pick<BaseFacts, "next" | "service" | "target">): Finding[] {
  const hasSecrets = secretReferences(next, target).length > 0;
  // On container instances the instance's role pulls images and writes logs.
  if (!hasSecrets && !isOnFargate(next, service)) return [];
  return error(
    "no-execution-role",
    `The task definition has no execution role, and ${hasSecrets ? "secrets can't be read" : "Fargate can't pull from ECR"} without one.`,
    'Set "executionRoleArn" in the task definition.',
  );
}

function judgeRole({ role, uses, state }: RoleFacts, { account, region }: BaseFacts["target"]): Finding[] {
  if ("unknown" in state || state.value === "trusts-ecs") return [];
  const use = uses.join(" and ");
  if (state.value === "missing") {
    return error(
      "roles",
      `The ${use} ${role} does not exist: no task could start.`,
      "Create it, or name another in the task definition.",
    );
  }
  return error(
    "roles",
    `The trust policy of the ${use} ${role} does not let ECS assume it for tasks in ${region}, account ${account}: no task could start.`,
    "Allow sts:AssumeRole to the service ecs-tasks.amazonaws.com in it.",
  );
}

export const rolesTopic = {
  ids,
  read: async ({ session, next }: SharedReads): Promise<RolesFacts> => ({ roles: await readRoles(session, next) }),
  judge: roles,
};

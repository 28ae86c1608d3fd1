import { nameIn } from "../../aws/arn.js";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import { type Known, knowing } from "../../aws/try-read.js";
import type { Session } from "../session.js";
import { trustsEcsTasks } from "./checks/role-trust.js";
import type { RoleFacts, RoleState } from "./facts.js";

/** The execution role and the task role that a task definition names. One that is both is asked for once. */
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
      state: await readState(session, role),
    })),
  );
}

async function readState(session: Session, role: string): Promise<Known<RoleState>> {
  const { account } = session.target;
  // A task definition takes a role's bare name too.
  const owner = role.startsWith("arn:") ? role.split(":")[4] : account;
  if (owner !== account) return { unknown: `it is in account ${owner}, not in ${account}` };
  const read = await knowing(readTrust(session, role), session.signal);
  if ("unknown" in read) return read;
  if (read.value === undefined) return { value: "missing" };
  if ("unknown" in read.value) return read.value;
  return { value: read.value.value ? "trusts-ecs" : "does-not-trust-ecs" };
}

/** @returns undefined when there is no such role. */
async function readTrust(session: Session, role: string): Promise<Known<boolean> | undefined> {
  const { GetRoleCommand, NoSuchEntityException } = sdk.iam;
  const iam = await session.aws.lazy.iam();
  const command = new GetRoleCommand({ RoleName: nameIn(role) });
  try {
    const { Role } = await iam.send(command, abort(session));
    // Roles are found by name alone: one of this name below another path is another role.
    if (role.startsWith("arn:") && Role?.Arn !== role) return undefined;
    return trustsEcsTasks(Role?.AssumeRolePolicyDocument ?? "", session.target);
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}

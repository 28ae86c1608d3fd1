import { createHash } from "node:crypto";
import type { Caller } from "../protocol/service.js";

/** The name in `arn:aws:iam::123456789012:role/path/NAME`, and its account; undefined for anything else. */
export function parseRoleArn(arn: string): { account: string; name: string } | undefined {
  const [, account, name] = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/.exec(arn) ?? [];
  return account !== undefined && name !== undefined ? { account, name } : undefined;
}

/** IAM's unique id of a role: the same for the same role. */
export function roleId({ accountId }: Pick<Caller, "accountId">, name: string): string {
  const digest = createHash("sha256").update(`${accountId}/${name}`).digest("hex").toUpperCase();
  return `AROA${digest.slice(0, 17)}`;
}

/** Returns whether a role is one of ECS tasks, by its name. */
export type IsTaskRole = (name: string) => boolean;

/**
 * Makes the check for roles of tasks. Every role exists here, because no operation creates one. A role that a registered task definition
 * names, or whose name has "ecs", "task" or "exec" in it, trusts ECS tasks only, as such roles do on AWS: a user can't assume it. All other
 * roles trust the account as well.
 *
 * @param used ARNs of the roles that task definitions name now.
 */
export function taskRoles(used: () => string[]): IsTaskRole {
  return (name) => /ecs|task|exec/i.test(name) || used().some((arn) => parseRoleArn(arn)?.name === name);
}

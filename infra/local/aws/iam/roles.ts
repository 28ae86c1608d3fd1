import { createHash } from "node:crypto";
import type { Caller } from "../protocol/service.js";

/** Returns name and account of `arn:aws:iam::123456789012:role/path/NAME`; undefined for anything else. */
export function parseRoleArn(arn: string): { account: string; name: string } | undefined {
  const [, account, name] = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/.exec(arn) ?? [];
  return account !== undefined && name !== undefined ? { account, name } : undefined;
}

/** Returns IAM's unique ID of a role, always the same for one role. */
export function roleId({ accountId }: Pick<Caller, "accountId">, name: string): string {
  const digest = createHash("sha256").update(`${accountId}/${name}`).digest("hex").toUpperCase();
  return `AROA${digest.slice(0, 17)}`;
}

/** Returns whether a role is one of ECS tasks, by its name. */
export type IsTaskRole = (name: string) => boolean;

/**
 * Creates the check for task roles. Every role exists here, because no operation creates one. A role that a registered task definition
 * names, or whose name contains "ecs", "task" or "exec", trusts ECS tasks only, as on AWS: a user can't assume it. All other roles trust
 * the account as well.
 *
 * @param used Returns ARNs of the roles that task definitions name.
 */
export function taskRoles(used: () => string[]): IsTaskRole {
  return (name) => /ecs|task|exec/i.test(name) || used().some((arn) => parseRoleArn(arn)?.name === name);
}

/** Returns true for a role that ECS itself assumes, by its name: it contains "infrastructure", "hook" or "lambda". */
export function isOfEcs(name: string): boolean {
  return /infrastructure|hook|lambda/i.test(name);
}

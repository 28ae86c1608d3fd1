import type { Service } from "@aws-sdk/client-ecs";
import { fixOf, type Readable } from "../../../common/readable.js";
import { error, notChecked, notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";
import { type RoleState, readRoleState } from "./roles.js";
import type { RollbackFacts } from "./rollback-revision.js";

const ids = ["shift-roles", "first-deployment-hook"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** A role that ECS itself assumes during a deployment. */
interface ShiftRole {
  role: string;
  /** Such as `role of the load balancer`. */
  uses: string[];
}

export interface ShiftHooksFacts {
  shiftRoles: readonly (ShiftRole & { state: Readable<RoleState> })[];
}

/** Returns the roles by which ECS changes listener rules and calls the functions of hooks; none for a rolling deployment without hooks. */
export function shiftRolesOf({ loadBalancers = [], deploymentConfiguration = {} }: Service): ShiftRole[] {
  const { strategy = "ROLLING", lifecycleHooks = [] } = deploymentConfiguration;
  const ofBalancers = strategy === "ROLLING" ? [] : loadBalancers.map((one) => one.advancedConfiguration?.roleArn);
  const named = [
    ...ofBalancers.map((role) => ({ role, use: "role of the load balancer" })),
    ...lifecycleHooks.map(({ roleArn }) => ({ role: roleArn, use: "role of a lifecycle hook" })),
  ];
  const roles = [...new Set(named.flatMap(({ role }) => role ?? []))];
  return roles.map((role) => ({
    role,
    uses: [...new Set(named.filter((one) => one.role === role).map(({ use }) => use))],
  }));
}

/** Checks that ECS can assume the roles of traffic shifts and hooks: without them it rolls back in the middle of a deployment. */
export function shiftHooks(facts: BaseFacts & RollbackFacts & ShiftHooksFacts): Finding[] {
  return [
    ...facts.shiftRoles.flatMap(judgeRole),
    ...notChecked(
      facts.shiftRoles.map(({ role, uses, state }) => ({ what: `the ${uses.join(" and ")} ${role}`, known: state })),
      (reason, roles) =>
        notRead(
          "shift-roles",
          `Whether ECS can assume ${roles.join(" and ")} could not be read: ${reason}.`,
          fixOf(reason, "Allow iam:GetRole on it, or check it yourself: aws iam get-role --role-name NAME."),
        ),
    ),
    ...firstDeployment(facts),
  ];
}

function judgeRole({ role, uses, state }: ShiftHooksFacts["shiftRoles"][number]): Finding[] {
  if ("unknown" in state || state.value === "trusts-ecs") return [];
  const what = `The ${uses.join(" and ")} ${role}`;
  return state.value === "missing"
    ? error(
        "shift-roles",
        `${what} does not exist: the deployment would be rolled back.`,
        "Create it again, or name another one in the service.",
      )
    : error(
        "shift-roles",
        `The trust policy of the ${uses.join(" and ")} ${role} does not let ECS assume it: the deployment would be rolled back.`,
        "Allow sts:AssumeRole to the service ecs.amazonaws.com in it.",
      );
}

/** Before the first deployment has completed, no revision serves that a hook before the scale-up could check. */
function firstDeployment({ service, hasCompleted }: BaseFacts & RollbackFacts): Finding[] {
  if (!("value" in hasCompleted) || hasCompleted.value) return [];
  const hooks = service.deploymentConfiguration?.lifecycleHooks ?? [];
  if (!hooks.some(({ lifecycleStages = [] }) => lifecycleStages.includes("PRE_SCALE_UP"))) return [];
  return warning(
    "first-deployment-hook",
    "The service has a lifecycle hook at PRE_SCALE_UP, and none of its deployments has completed: a hook that checks the running version can't succeed, and ECS has nothing to roll back to.",
    "Let the hook succeed where no task runs, or remove it until the first deployment has completed.",
  );
}

export const shiftHooksTopic = {
  ids,
  read: async ({ session, service }: SharedReads): Promise<ShiftHooksFacts> => ({
    shiftRoles: await Promise.all(
      shiftRolesOf(service).map(async (one) => ({
        ...one,
        state: await readRoleState(session, one.role, "ecs.amazonaws.com"),
      })),
    ),
  }),
  judge: shiftHooks,
};

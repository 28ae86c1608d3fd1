/** Causes that block a rollout and that no task shows: the service's events and the service deployment's reason name them. */
import type { CauseRule } from "./causes.js";
import { placementRules } from "./placement-causes.js";
import { strategyRules } from "./strategy-causes.js";
import { healthRules, taskRules } from "./task-causes.js";

/** Causes that block a rollout although its tasks run. */
export const blockingRules: readonly CauseRule[] = [
  {
    cause: "scale-in-protected",
    pattern: /unable to scale in .*(under protection|protected tasks)/i,
    title: "old tasks have scale-in protection",
    fix: "Wait until the protection expires, or end it: aws ecs update-task-protection --no-protection-enabled.",
  },
  {
    cause: "configuration-blocks",
    pattern: /because of the service deployment configuration/i,
    title: "the deployment configuration prevents the replacement of tasks",
    fix: "Raise maximumPercent above 100 or lower minimumHealthyPercent, so that one task can start or stop at the desired count.",
  },
];

/** Causes that only events name. */
export const eventRules: readonly CauseRule[] = [
  ...placementRules,
  {
    cause: "cannot-be-placed",
    pattern: /unable to place|could not launch/i,
    title: "ECS can't place the task",
    fix: "Read the reason: capacity, limits, subnets, or CPU and memory that no host has.",
  },
  ...blockingRules,
  {
    cause: "service-throttled",
    pattern: /operations are being throttled/i,
    title: "AWS throttles the calls that ECS makes for the service",
    fix: "ECS tries again by itself. Start fewer deployments and tasks at the same time, or request higher API quotas for EC2 and Elastic Load Balancing (Service Quotas).",
  },
  ...taskRules.filter(({ cause }) => cause.startsWith("role-")),
  ...healthRules,
];

/** Ends of a rollout that its tasks did not cause. */
export const deploymentRules: readonly CauseRule[] = [
  ...strategyRules,
  {
    cause: "alarm-fired",
    pattern: /alarm/i,
    title: "an alarm fired",
    fix: "Check the alarm's metric since the start of the rollout.",
  },
];

/** Matched last: a user stops a rollout because of another problem. */
export const userRules: readonly CauseRule[] = [
  {
    cause: "stopped-by-person",
    pattern: /\bby (a )?user\b/i,
    title: "a user stopped the rollout",
    fix: "Find the caller of StopServiceDeployment in AWS CloudTrail.",
  },
];

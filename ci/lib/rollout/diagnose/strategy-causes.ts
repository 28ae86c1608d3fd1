/**
 * Causes for which a BLUE_GREEN, LINEAR or CANARY deployment ends, by the service deployment's reason:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
import type { CauseRule } from "./causes.js";

/** ECS reports a denied change of a rule as a failed hook of the traffic stage. The third form is assumed. */
const infrastructureRole: CauseRule = {
  cause: "infrastructure-role-denied",
  pattern:
    /missing permissions on ECS Infrastructure Role|lifecycle hook\(s\) failed\..*not authorized to perform: elasticloadbalancing:|invalid networking configuration.*(not authorized|AccessDenied|access denied)/is,
  title: "the role that changes the listener rules does not trust ecs.amazonaws.com, or lacks a permission",
  fix: "Let ecs.amazonaws.com assume roleArn of advancedConfiguration, and attach AmazonECSInfrastructureRolePolicyForLoadBalancers to it.",
};

const hookRules: readonly CauseRule[] = [
  {
    cause: "hook-response-invalid",
    pattern: /HookStatus must not be null|unable to parse the response from/i,
    title: "a lifecycle hook's function gave no hookStatus: it threw an error, timed out, or answered something else",
    fix: "Read the function's log. It must return { hookStatus: SUCCEEDED, FAILED or IN_PROGRESS } within its time-out.",
  },
  {
    cause: "hook-role-unusable",
    pattern: /unable to assume role/i,
    title: "ECS can't assume the role of a lifecycle hook or of the load balancer's configuration",
    fix: "Check that the role in the reason (roleArn of the hook, or of advancedConfiguration) exists and trusts ecs.amazonaws.com.",
  },
  {
    cause: "hook-not-invoked",
    pattern: /unable to invoke hook target/i,
    title: "ECS can't invoke the function of a lifecycle hook",
    fix: "Check that the function exists, that the hook's role allows lambda:InvokeFunction on it, and that its concurrency is not used up (throttling).",
  },
  {
    cause: "pause-timed-out",
    pattern: /pause hook timed out/i,
    title: "no user continued a PAUSE hook in time",
    fix: "Deploy again and end the pause with continue, or set the hook's timeoutConfiguration: a longer time, or the action CONTINUE. A gate in the target ends it by checks.",
  },
  {
    cause: "hook-timed-out",
    // Assumed: AWS documents no reason for a Lambda hook whose time ended.
    pattern: /hook target \S+ timed out/i,
    title: "a lifecycle hook did not end in its time",
    fix: "Read the function's log: it returned IN_PROGRESS until the hook's timeoutConfiguration ended.",
  },
  {
    cause: "hook-failed",
    pattern: /lifecycle hook/i,
    title: "a lifecycle hook failed",
    fix: "Read the log of the hook's function. At a PAUSE hook a user, or a gate of the target, has rolled back: find the caller of ContinueServiceDeployment in AWS CloudTrail.",
  },
];

const networkingRules: readonly CauseRule[] = [
  {
    cause: "listener-rule-split",
    pattern: /exactly one target group serving traffic/i,
    title: "the production listener rule sends traffic to more than one target group, or to none",
    fix: "Give all weight to the running tasks' target group (aws elbv2 modify-rule), and let no other tool change the rule: in Terraform, ignore_changes = [action].",
  },
  {
    cause: "listener-rule-unexpected",
    pattern: /forwarding traffic to unexpected target group/i,
    title: "a listener rule forwards to a target group that is not the service's",
    fix: "Forward the rule to targetGroupArn or alternateTargetGroupArn of the service, or correct these in the service.",
  },
  {
    cause: "target-group-unattached",
    pattern:
      /invalid networking configuration.*(not associated|should be associated|does not have an associated load balancer)/is,
    title: "a target group of the service is not attached to the load balancer",
    fix: "Name both target groups in the production listener rule, the idle one with weight 0.",
  },
  {
    cause: "listener-rule-missing",
    pattern: /invalid networking configuration.*(rule|listener)\S*[^.]*(not found|does not exist|could not be found)/is,
    title: "a listener rule that the service names does not exist",
    fix: "Create it, or correct productionListenerRule or testListenerRule in the service's advancedConfiguration.",
  },
  {
    cause: "networking-invalid",
    pattern: /invalid networking configuration/i,
    title: "the load balancer's configuration does not fit the deployment strategy",
    fix: "Compare target groups, listener rules and the role in the service's advancedConfiguration with the load balancer.",
  },
];

/** Reasons that name the part which failed. */
export const strategyRules: readonly CauseRule[] = [infrastructureRole, ...hookRules, ...networkingRules];

/** Those that no task can have caused: roles, functions that can't be invoked, listener rules, and a pause that no user ended. */
export const setupRules: readonly CauseRule[] = strategyRules.filter(
  ({ cause }) => !["hook-failed", "hook-response-invalid", "hook-timed-out"].includes(cause),
);

/** Reasons that name what ECS did, and not why: matched after all others. */
export const outcomeRules: readonly CauseRule[] = [
  {
    cause: "no-rollback-candidate",
    pattern: /No rollback candidate was found/i,
    title: "ECS has no completed deployment to roll back to",
    fix: "Correct the cause of the failure and deploy again: the service has never completed a deployment that could serve in its place.",
  },
  {
    cause: "circuit-breaker",
    pattern: /circuit breaker/i,
    title: "the deployment circuit breaker ended the rollout, and ECS no longer lists its failed tasks",
    fix: "Read the tasks' logs and the service's events at that time.",
  },
];

/** Texts of ECS: event messages, reasons and status texts, word for word as live accounts show them; of those of alarms and hooks only the first part is recorded. */

const tasks = (ids: readonly string[]) => ids.map((id) => `(task ${id})`).join(" ");

const MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/** Event messages; each follows `(service NAME) `. */
export const eventMessages = {
  started: (ids: readonly string[]) => `has started ${ids.length} tasks: ${tasks(ids)}.`,
  replaced: (ids: readonly string[]) =>
    `has started ${ids.length} tasks: ${tasks(ids)}. Amazon ECS replaced ${ids.length} tasks due to an unhealthy status.`,
  stopped: (ids: readonly string[]) => `has stopped ${ids.length} running tasks: ${tasks(ids)}.`,
  stoppedPending: (count: number) => `stopped ${count} pending tasks.`,
  draining: (count: number) => `has begun draining connections on ${count} tasks.`,
  registered: (count: number, targetGroup: string) => `registered ${count} targets in (target-group ${targetGroup})`,
  deregistered: (count: number, targetGroup: string) =>
    `deregistered ${count} targets in (target-group ${targetGroup})`,
  /** @param target Such as `task 0123…`, or `instance i-0123…` where the target is a port of a container instance. */
  unhealthyTarget: (target: string, port: number, targetGroup: string, reason: string) =>
    `(${target}) (port ${port}) is unhealthy in (target-group ${targetGroup}) due to (reason ${reason}).`,
  failedContainerHealth: (id: string) => `(task ${id}) failed container health checks.`,
  cannotStart: () => `is unable to consistently start tasks successfully. ${MORE}`,
  blocked: () =>
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. " +
    "Update the minimumHealthyPercent or maximumPercent value and try again.",
  completed: (deployment: string) => `(deployment ${deployment}) deployment completed.`,
  failed: (deployment: string) => `(deployment ${deployment}) deployment failed: tasks failed to start.`,
  failedByAlarm: (deployment: string) => `(deployment ${deployment}) deployment failed: alarm detected.`,
  cannotScaleIn: () =>
    "was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.",
  cannotPlace: (reason: string) => `was unable to place a task. Reason: ${reason.replace(/\.$/, "")}. ${MORE}`,
  noInstance: (why: string) =>
    `was unable to place a task because no container instance met all of its requirements. ${why} ${MORE}`,
  rollingBack: (deployment: string) => `rolling back to deployment ${deployment}.`,
  steady: () => "has reached a steady state.",
};

const MISFITS: Record<string, string> = {
  ATTRIBUTE: "is missing an attribute required by your task",
  "RESOURCE:PORTS": "is already using a port required by your task",
  "RESOURCE:CPU": "has insufficient CPU units available",
  "RESOURCE:MEMORY": "has insufficient memory available",
};

/** Reasons why no task can be placed: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
export const placementReasons = {
  quota: () => "You’ve reached the limit on the number of vCPUs you can run concurrently",
  noInstances: () => "Reason: No Container Instances were found in your cluster.",
  closest: (id: string, reason: string) =>
    `The closest matching (container-instance ${id}) ${MISFITS[reason] ?? `encountered error '${reason}'`}.`,
};

/** `deployments[].rolloutStateReason`. */
export const rolloutReason = {
  inProgress: (id: string) => `ECS deployment ${id} in progress.`,
  completed: (id: string) => `ECS deployment ${id} completed.`,
  breaker: () => "ECS deployment circuit breaker: tasks failed to start.",
  rollingBack: (id: string) => `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`,
  alarm: () => "ECS deployment failed: alarm detected.",
  alarmRollingBack: (id: string) => `ECS deployment failed: alarm detected: rolling back to deploymentId ${id}.`,
  hook: (stage: string) => `ECS deployment failed: ${stage} lifecycle hook(s) failed.`,
  hookRollingBack: (stage: string) => (id: string) =>
    `ECS deployment failed: ${stage} lifecycle hook(s) failed: rolling back to deploymentId ${id}.`,
  invalidNetworking: () => "ECS deployment failed: invalid networking configuration.",
  networkingRollingBack: (id: string) =>
    `ECS deployment failed: invalid networking configuration: rolling back to deploymentId ${id}.`,
  stoppedByUser: (id: string) => `ECS deployment ${id} stopped by user.`,
  rolledBackByUser: (id: string) => `ECS deployment stopped by user: rolling back to deploymentId ${id}.`,
};

/** `serviceDeployments[].statusReason`. */
export const statusReason = {
  replaced: "Replaced by a new service deployment.",
  rolledBackByBreaker: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
  stoppedByBreaker: "Service deployment stopped because the circuit breaker threshold was exceeded.",
  rolledBackByAlarm: "Service deployment rolled back because a CloudWatch alarm was triggered.",
  stoppedByAlarm: "Service deployment stopped because a CloudWatch alarm was triggered.",
  /** @param failure One of `hookFailure`; absent after a user's rollback at a PAUSE hook. */
  rolledBackByHook: (stage: string, failure?: string) =>
    [`Service deployment rolled back because ${stage} lifecycle hook(s) failed.`, failure].filter(Boolean).join(" "),
  rolledBackByPause: (stage: string) => `Service deployment rolled back because ${stage} pause hook timed out.`,
  invalidNetworking: (problem: string) =>
    `Service deployment rolled back because of invalid networking configuration. ${problem}`,
  rolledBackByUser: "Service deployment rolled back by user.",
  stoppedByUser: "Service deployment stopped by user.",
  noCandidate: "No rollback candidate was found to run the rollback.",
  serviceDeleted: "Service deployment stopped because the service was deleted.",
};

/** Second sentences of `invalidNetworking`; that of a missing rule is not recorded. Source: the page of `hookFailure`. */
export const networkingProblem = {
  noRule: (ruleArn: string) => `The listener rule ${ruleArn} was not found.`,
  notOne: (ruleArn: string, count: number) =>
    `productionListenerRule ${ruleArn} should have exactly one target group serving traffic but found ${count} target groups which are serving traffic`,
  unexpected: (targetGroupArn: string, group: string, alternate: string) =>
    `Production listener rule is forwarding traffic to unexpected target group ${targetGroupArn}. Expected traffic to be forwarded to either ` +
    `targetGroupArn: ${group} or alternateTargetGroupArn: ${alternate}`,
};

/**
 * Second sentences of the status reason of a failed Lambda hook: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 * That of a timeout is not documented.
 */
export const hookFailure = {
  failed: (functionArn: string) => `Lifecycle hook target ${functionArn} returned FAILED status.`,
  noStatus: (functionArn: string) =>
    `ECS was unable to parse the response from ${functionArn} due to HookStatus must not be null`,
  notInvoked: (functionArn: string, reason: string) =>
    `ECS was unable to invoke hook target ${functionArn} due to ${reason}`,
  noRole: (roleArn: string) => `ECS was unable to assume role ${roleArn}`,
  /** Assumed: AWS documents no text for it. */
  timedOut: (functionArn: string) => `Lifecycle hook target ${functionArn} timed out.`,
};

/** `tasks[].stoppedReason`. */
export const stoppedReason = {
  scaling: (deployment: string) => `Scaling activity initiated by (deployment ${deployment})`,
  targetUnhealthy: (targetGroup: string) => `Task failed ELB health checks in (target-group ${targetGroup})`,
  containerUnhealthy: () => "Task failed container health checks",
  user: () => "Task stopped by user",
};

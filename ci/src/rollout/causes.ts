/** Why tasks fail, told by ECS's own words. The first that fits is the cause, so the special stand before the general. */
export interface CauseRule {
  cause: Cause;
  /** Matched against one failed task's stop code, stopped reason, container reasons and exit codes, a line each. */
  pattern: RegExp;
  /** In a few words. */
  title: string;
  /** What to do about it. */
  fix: string;
}

export type Cause =
  | "wrong-platform"
  | "image-missing"
  | "image-denied"
  | "secret-unavailable"
  | "resources-unavailable"
  | "out-of-memory"
  | "health-check"
  | "load-balancer-health-check"
  | "cannot-start"
  | "killed"
  | "container-exits"
  | "stopped-by-person"
  | "alarm-fired"
  | "hook-failed"
  | "interrupted"
  | "cannot-be-placed"
  | "configuration-blocks"
  | "unknown";

export const taskRules: CauseRule[] = [
  {
    cause: "wrong-platform",
    pattern: /does not contain descriptor matching platform|exec format error/i,
    title: "the image is built for another platform than the task's",
    fix: "Build for the platform in the task definition's runtimePlatform (build --platform), or change that.",
  },
  {
    cause: "image-denied",
    pattern: /(CannotPull\w*Error|pull image|registry auth).*(AccessDenied|not authorized|denied|\b403\b)/is,
    title: "the registry refuses the image",
    fix: "Let the execution role pull: ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, and the repository's policy if it is another account's.",
  },
  {
    cause: "image-missing",
    pattern: /CannotPull\w*Error.*(not found|manifest unknown|does not exist)/is,
    title: "the image does not exist",
    fix: "Look for the digest in the repository; a lifecycle policy may have removed it. Publish the version again.",
  },
  {
    cause: "secret-unavailable",
    pattern: /ResourceInitializationError.*(secret|ssm|parameter)/is,
    title: "a secret or parameter can't be read",
    fix: "Check that it exists and that the execution role may read it (secretsmanager:GetSecretValue, ssm:GetParameters, kms:Decrypt).",
  },
  {
    cause: "resources-unavailable",
    pattern: /ResourceInitializationError|CannotPull\w*Error|CannotCreateContainerError|CannotStartContainerError/i,
    title: "ECS could not set the task up",
    fix: "Read the reason: usually the network (no way to the registry or to AWS's endpoints) or a volume.",
  },
  {
    cause: "out-of-memory",
    pattern: /OutOfMemory/i,
    title: "the container is out of memory",
    fix: "Raise the task's memory, or find what takes it.",
  },
  {
    cause: "load-balancer-health-check",
    pattern: /failed ELB health checks|is unhealthy in \(?target-group/i,
    title: "the load balancer's health check fails",
    fix: "Check its path, port and expected codes against the app, and that healthCheckGracePeriodSeconds covers the start.",
  },
  {
    cause: "health-check",
    pattern: /failed container health checks|healthStatus UNHEALTHY/i,
    title: "the container's health check fails",
    fix: "Run the health check's command in the image; give it a startPeriod that covers the start.",
  },
  {
    cause: "cannot-start",
    pattern: /exit code (126|127)\b/,
    title: "the container's command can't be run",
    fix: "Check the command and entry point: 127 is not found, 126 not executable.",
  },
  {
    cause: "killed",
    pattern: /exit code (13[0-9]|14[0-9])\b/,
    title: "the container was killed by a signal",
    fix: "137 is SIGKILL (memory, or a stop that took too long), 139 a crash, 143 SIGTERM: read the log's end.",
  },
  {
    cause: "container-exits",
    pattern: /EssentialContainerExited|Essential container in task exited/i,
    title: "the container ends soon after its start",
    fix: "Read the log's end: the app itself gives up, for want of configuration or of something it depends on.",
  },
  {
    cause: "interrupted",
    pattern: /SpotInterruption|TerminationNotice/,
    title: "AWS took the task's capacity back",
    fix: "Deploy again; keep a part of the tasks on FARGATE if it happens often.",
  },
  {
    cause: "stopped-by-person",
    pattern: /UserInitiated/,
    title: "somebody stopped the task",
    fix: "Ask who did; AWS CloudTrail has StopTask and its caller.",
  },
];

/** Told by the service deployment's own reason, where no task failed. */
export const deploymentRules: CauseRule[] = [
  {
    cause: "hook-failed",
    pattern: /lifecycle hook/i,
    title: "a lifecycle hook failed",
    fix: "Read the log of the hook's function.",
  },
  {
    cause: "alarm-fired",
    pattern: /alarm/i,
    title: "an alarm fired",
    fix: "Look at the alarm's metric since the rollout began.",
  },
  {
    cause: "stopped-by-person",
    pattern: /\bby (a )?user\b/i,
    title: "somebody stopped the rollout",
    fix: "Ask who did; AWS CloudTrail has StopServiceDeployment and its caller.",
  },
];

/** Told by the service's events alone: there is no task that could tell it. */
export const eventRules: CauseRule[] = [
  {
    cause: "cannot-be-placed",
    pattern: /unable to place a task/i,
    title: "ECS can't place the task",
    fix: "Read the reason: capacity, limits, subnets without free addresses, or CPU and memory that no host has.",
  },
  {
    cause: "configuration-blocks",
    pattern: /because of the service deployment configuration/i,
    title: "the deployment configuration lets no task be replaced",
    fix: "Raise maximumPercent above 100 or lower minimumHealthyPercent, so that at the desired count one task can start or stop.",
  },
  ...taskRules.filter(({ cause }) => cause === "load-balancer-health-check" || cause === "health-check"),
];

/**
 * Causes of a task's failure, matched against its stop code, its stopped reason, the reasons, health and exit codes of its containers,
 * and the events that name it. The texts are from live accounts and from AWS's lists of stopped task errors and service event messages.
 */
import type { CauseRule } from "./causes.js";
import { placementRules } from "./placement-causes.js";
import { startRules } from "./start-causes.js";

/** Failed health checks. Events name them too, and only events have the response to the load balancer's check. */
export const healthRules: CauseRule[] = [
  {
    cause: "load-balancer-code",
    pattern: /failed with these codes/i,
    title: "the app returns an unexpected code to the load balancer's health check",
    fix: "Compare the target group's path and expected codes with the app's response on that path.",
  },
  {
    cause: "load-balancer-timeout",
    pattern: /unhealthy in .*Request timed out/i,
    title: "the load balancer's health check times out",
    fix: "Allow the load balancer's security group on the container's port, and measure how long the app takes to respond.",
  },
  {
    cause: "load-balancer-port",
    pattern: /unhealthy in .*reason (Health checks failed\)|.*(Target\.|connection))/i,
    title: "the load balancer's health check can't connect to the container",
    fix: "Compare the target group's port and the container's portMappings with the port that the app listens on, on all addresses.",
  },
  {
    cause: "load-balancer-health-check",
    pattern: /failed ELB health checks|is (unhealthy|not healthy) in/i,
    title: "the load balancer's health check fails",
    fix: "Check its path, port and expected codes against the app, and that healthCheckGracePeriodSeconds covers the start.",
  },
  {
    cause: "health-check",
    pattern: /failed container health checks|UNHEALTHY/,
    title: "the container's health check fails",
    fix: "Run the health check's command in the image; give it a startPeriod that covers the start.",
  },
];

/** Causes for which a running task ends. */
const endRules: CauseRule[] = [
  {
    cause: "killed",
    pattern: /exit code (12[89]|13\d|14\d|15\d)\b/,
    title: "the container was killed by a signal",
    fix: "Read the end of the log. 137 is SIGKILL (out of memory, or a stop that took too long), 139 a crash, 143 SIGTERM.",
  },
  {
    cause: "container-completes",
    pattern: /^container \S+: exit code 0\b/m,
    title: "the container exited with code 0; a service's container must keep running",
    fix: "Keep the command in the foreground. A command that starts a server in the background, or runs a job and exits, can't run as a service.",
  },
  {
    cause: "container-exits",
    pattern: /EssentialContainerExited|Essential container in task exited/i,
    title: "the container exits soon after its start",
    fix: "Read the end of the log: the app exits by itself, usually because a configuration value or a dependency is missing.",
  },
  {
    cause: "interrupted",
    pattern: /SpotInterruption|TerminationNotice|Spot Task was interrupted/,
    title: "AWS reclaimed the task's capacity",
    fix: "Deploy again. Run a part of the tasks on FARGATE if it happens often.",
  },
  {
    cause: "interrupted",
    pattern: /Host EC2 \(instance [\w-]+\) (stopped|terminated)|container instance[^.]{0,80}(deregistered|terminated)/i,
    title: "the instance of the task was stopped or terminated",
    fix: "Find the reason in the Auto Scaling group's activity. Drain instances before they are stopped (managed draining).",
  },
  {
    cause: "stopped-by-person",
    pattern: /UserInitiated/,
    title: "a user stopped the task",
    fix: "Find the caller of StopTask in AWS CloudTrail.",
  },
];

export const taskRules: readonly CauseRule[] = [
  ...startRules,
  ...placementRules,
  {
    cause: "out-of-memory",
    pattern: /OutOfMemory/i,
    title: "the container is out of memory",
    fix: "Raise the memory of the task or the container, or reduce the app's memory use.",
  },
  {
    cause: "dependency-failed",
    pattern: /dependency graph:|^sidecar .*(exit code|UNHEALTHY)/im,
    title: "a sidecar container exited or never became healthy, which stopped the task",
    fix: "Read that container's log. The app's container depends on it (dependsOn, essential).",
  },
  {
    cause: "runtime-timeout",
    pattern: /(Docker|ContainerRuntime)TimeoutError|Could not transition to \w+; timed out/i,
    title: "the container runtime did not respond in time",
    fix: "Check the instance's disk, memory, CPU and container runtime. Use a larger instance or disk, or replace the instance.",
  },
  {
    cause: "volume-failed",
    pattern:
      /CannotCreateVolumeError|bind source path does not exist|(failed|error|unable)[^.]{0,60}\bmount(ing)?\b|EFS utils|mount\.nfs4?:/i,
    title: "a volume of the task can't be mounted",
    fix: "Check that the path, the volume or the EFS file system with its mount targets exists, and that the security groups allow NFS (port 2049).",
  },
  {
    cause: "resources-unavailable",
    pattern:
      /ResourceInitializationError|CannotPull\w*Error|CannotCreateContainerError|CannotStartContainerError|network interface/i,
    title: "ECS could not initialize the task",
    fix: "Read the reason: usually the network (no route to the registry or to AWS's endpoints) or a volume.",
  },
  ...healthRules,
  ...endRules,
];

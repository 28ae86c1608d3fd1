/**
 * Why a task fails, told by its stop code, its stopped reason, the reasons, health and exit codes of its containers, and the events that
 * name it. The words are ECS's own, from live accounts and from AWS's lists of stopped task errors and of service event messages.
 */
import type { CauseRule } from "./causes.js";
import { placementRules } from "./placement-causes.js";
import { startRules } from "./start-causes.js";

/** Health checks; events say the same, and only they say what the load balancer got. */
export const healthRules: CauseRule[] = [
  {
    cause: "load-balancer-code",
    isTransient: true,
    pattern: /failed with these codes/i,
    title: "the app answers the load balancer's health check with the wrong code",
    fix: "Compare the target group's path and expected codes with what the app answers there.",
  },
  {
    cause: "load-balancer-timeout",
    isTransient: true,
    pattern: /unhealthy in .*Request timed out/i,
    title: "the load balancer's health check gets no answer in time",
    fix: "Let the load balancer's security group in on the container's port, and look at how long the app takes to answer.",
  },
  {
    cause: "load-balancer-port",
    isTransient: true,
    pattern: /unhealthy in .*reason (Health checks failed\)|.*(Target\.|connection))/i,
    title: "nothing answers where the load balancer's health check asks",
    fix: "Compare the target group's port and the container's portMappings with the port that the app listens on, on all addresses.",
  },
  {
    cause: "load-balancer-health-check",
    isTransient: true,
    pattern: /failed ELB health checks|is (unhealthy|not healthy) in/i,
    title: "the load balancer's health check fails",
    fix: "Check its path, port and expected codes against the app, and that healthCheckGracePeriodSeconds covers the start.",
  },
  {
    cause: "health-check",
    isTransient: true,
    pattern: /failed container health checks|UNHEALTHY/,
    title: "the container's health check fails",
    fix: "Run the health check's command in the image; give it a startPeriod that covers the start.",
  },
];

/** The task ran, and did not stay. */
const endRules: CauseRule[] = [
  {
    cause: "killed",
    isTransient: true,
    pattern: /exit code (12[89]|13\d|14\d|15\d)\b/,
    title: "the container was killed by a signal",
    fix: "137 is SIGKILL (memory, or a stop that took too long), 139 a crash, 143 SIGTERM: read the log's end.",
  },
  {
    cause: "container-completes",
    isTransient: true,
    pattern: /^container \S+: exit code 0\b/m,
    title: "the container ended by itself, with exit code 0: it is done, and a service must go on",
    fix: "Let the command stay in the foreground: one that starts a server in the background, or does a job and ends, is no service.",
  },
  {
    cause: "container-exits",
    isTransient: true,
    pattern: /EssentialContainerExited|Essential container in task exited/i,
    title: "the container ends soon after its start",
    fix: "Read the log's end: the app itself gives up, for want of configuration or of something it depends on.",
  },
  {
    cause: "interrupted",
    isTransient: true,
    pattern: /SpotInterruption|TerminationNotice|Spot Task was interrupted/,
    title: "AWS took the task's capacity back",
    fix: "Deploy again; keep a part of the tasks on FARGATE if it happens often.",
  },
  {
    cause: "interrupted",
    isTransient: true,
    pattern: /Host EC2 \(instance [\w-]+\) (stopped|terminated)|container instance[^.]{0,80}(deregistered|terminated)/i,
    title: "the instance of the task was stopped or terminated",
    fix: "Look why in the Auto Scaling group's activity; drain instances before they are stopped (managed draining).",
  },
  {
    cause: "stopped-by-person",
    isTransient: true,
    pattern: /UserInitiated/,
    title: "somebody stopped the task",
    fix: "Ask who did; AWS CloudTrail has StopTask and its caller.",
  },
];

export const taskRules: readonly CauseRule[] = [
  ...startRules,
  ...placementRules,
  {
    cause: "out-of-memory",
    isTransient: true,
    pattern: /OutOfMemory/i,
    title: "the container is out of memory",
    fix: "Raise the memory of the task or the container, or find what takes it.",
  },
  {
    cause: "dependency-failed",
    isTransient: true,
    pattern: /dependency graph:|^sidecar .*(exit code|UNHEALTHY)/im,
    title: "a container beside the app's ended or never became healthy, and the task with it",
    fix: "Read that container's log: the app's can't start or stay without it (dependsOn, essential).",
  },
  {
    cause: "runtime-timeout",
    isTransient: true,
    pattern: /(Docker|ContainerRuntime)TimeoutError|Could not transition to \w+; timed out/i,
    title: "the container runtime did not answer in time",
    fix: "Look at the instance: its disk, memory or CPU is exhausted, or its runtime hangs. Use a larger instance or disk, or replace it.",
  },
  {
    cause: "volume-failed",
    isTransient: true,
    pattern:
      /CannotCreateVolumeError|bind source path does not exist|(failed|error|unable)[^.]{0,60}\bmount(ing)?\b|EFS utils|mount\.nfs4?:/i,
    title: "a volume of the task can't be mounted",
    fix: "Check that the path, the volume or the EFS file system with its mount targets exists, and that the security groups let NFS (port 2049) through.",
  },
  {
    cause: "resources-unavailable",
    isTransient: true,
    pattern:
      /ResourceInitializationError|CannotPull\w*Error|CannotCreateContainerError|CannotStartContainerError|network interface/i,
    title: "ECS could not set the task up",
    fix: "Read the reason: usually the network (no way to the registry or to AWS's endpoints) or a volume.",
  },
  ...healthRules,
  ...endRules,
];

/**
 * Causes for which ECS can't place a task, on Fargate and on container instances. Service events and failures of RunTask name them:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html and
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
 */
import type { CauseRule } from "./causes.js";

/** Causes on container instances. They stand before the general ones, because all these events begin with the same text. */
const instanceRules: readonly CauseRule[] = [
  {
    cause: "port-in-use",
    pattern:
      /already using a port required|RESOURCE:PORTS|insufficient ports?\b|Cannot(Start|Create)ContainerError.*(port is already allocated|address already in use|failed programming external connectivity)/is,
    title: "a host port that the task needs is in use on every instance",
    fix: "An instance runs one task with a fixed host port. Use hostPort 0 or the network mode awsvpc, add an instance, or allow ECS to stop an old task first (minimumHealthyPercent below 100).",
  },
  {
    cause: "agent-disconnected",
    pattern:
      /(does ?n[o']t have the agent connected|agent[^.]{0,40}(disconnected|not connected)|encountered error .?AGENT\b|^AGENT\b)/im,
    title: "the ECS agent of the instances is not connected",
    fix: "Check the agent on the instance (systemctl status ecs, /var/log/ecs/ecs-agent.log): it needs the instance's role and a route to ECS's endpoints. Restart it, or replace the instance.",
  },
  {
    cause: "instance-mismatch",
    pattern:
      /missing (an |the )?(required )?attributes?\b|encountered error .?(ATTRIBUTE|LOCATION)\b|placement constraints? unsatisfied|^ATTRIBUTE$|MemberOf|DistinctInstance/im,
    title: "no instance has the attributes or meets the placement constraints that the task requires",
    fix: "Compare requiresAttributes of the task definition and the placement constraints with the instances (aws ecs list-attributes). Architecture, log driver, task roles, GPUs and awsvpc are attributes, which an older or differently configured agent lacks.",
  },
  {
    cause: "no-capacity",
    pattern: /No Container Instances|EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES/i,
    title: "the cluster has no instance for the task",
    fix: "Register instances, or scale out the capacity provider's Auto Scaling group. A service without a launch type and a capacity provider strategy uses EC2, not Fargate.",
  },
  {
    cause: "no-capacity",
    pattern: /RESOURCE:ENI|(insufficient|no available) (network interfaces|ENIs?)\b/i,
    title: "no instance has a free network interface for the task",
    fix: "Add instances or larger ones, or set the account setting awsvpcTrunking: in the network mode awsvpc each task takes a network interface of its instance.",
  },
  {
    cause: "no-capacity",
    pattern: /RESOURCE:(CPU|MEMORY|GPU)|insufficient (CPU|memory|GPUs?)\b|no container instance met/i,
    title: "no instance has enough CPU, memory or GPUs free for the task",
    fix: "Add instances or larger ones, lower the task's CPU and memory, or allow ECS to stop an old task first (minimumHealthyPercent below 100): by default old and new tasks run side by side.",
  },
];

/** Causes for which a task can't be placed, in events and in failures of RunTask. */
export const placementRules: readonly CauseRule[] = [
  {
    cause: "subnet-full",
    pattern: /InsufficientFreeAddresses|no (free|available) (IP )?addresses/i,
    title: "the service's subnets have no free address",
    fix: "Add more or larger subnets to the service, or release addresses in its present subnets.",
  },
  {
    cause: "no-capacity",
    pattern: /Capacity is unavailable/i,
    title: "no capacity is available for the task",
    fix: "Deploy again later, or add subnets in other Availability Zones.",
  },
  ...instanceRules,
  {
    cause: "quota-reached",
    pattern: /limit on the number of|configuration is above your limit|provisioning capacity limit/i,
    title: "a quota of the account is reached",
    fix: "Request a quota increase (Service Quotas, AWS Fargate), or stop tasks that are not needed.",
  },
];

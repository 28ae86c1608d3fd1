import { partitionOf } from "../partition.js";
import { type Access, contextOf, isAllowed, taggingOf } from "./policy.js";
import type { Principal } from "./principals.js";
import { AwsError, type Caller, type JsonObject } from "./service.js";

/** Every request passes here before its operation runs: the one place where access is decided. Throws when it is refused. */
export function authorize(principal: Principal, access: Access): void {
  const isDenied = principal.deny?.some((pattern) => matches(pattern, access.action));
  if (!isDenied && (principal.policy === undefined || isAllowed(principal.policy, access))) return;
  const reason = isDenied
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${access.action} action`;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${principal.arn} is not authorized to perform: ${access.action} on resource: ${access.resource} ${reason}`,
  );
}

/**
 * Names all that a request of an API wants to do, from its members: the operation on each thing that it names, and what it hands on.
 * At least one.
 */
export function accessesOf(service: string, operation: string, input: JsonObject, caller: Caller): Access[] {
  const vendor = IAM_PREFIX[service] ?? service;
  const action = `${vendor}:${operation}`;
  // What IAM has is in no region.
  const prefix = `arn:${partitionOf(caller.region)}:${vendor}:${service === "iam" ? "" : caller.region}:${caller.accountId}:`;
  const named = (RESOURCES[service] ?? []).map((name) => name(input)).find((found) => found.length > 0) ?? [];
  const resources = named.map((resource) => (resource.startsWith("arn:") ? resource : `${prefix}${resource}`));
  const own = resources.length > 0 ? resources : ["*"];
  return [...own.map((resource) => ({ action, resource })), ...rolesOf(service, input)];
}

/** As `accessesOf`, with the condition keys of each, and the permission to tag what is created. */
export function accessesWithContext(service: string, operation: string, input: JsonObject, caller: Caller): Access[] {
  const partition = partitionOf(caller.region);
  const cluster = String(input.cluster ?? "default");
  const clusterArn = cluster.startsWith("arn:")
    ? cluster
    : `arn:${partition}:ecs:${caller.region}:${caller.accountId}:cluster/${cluster}`;
  const named = accessesOf(service, operation, input, caller).map((access) => ({
    ...access,
    context: contextOf(service, access.action, input, clusterArn),
  }));
  return [...named, ...(service === "ecs" ? taggingOf(operation, input, caller, partition) : [])];
}

/** What lets a task act as a role is a permission of its own: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html */
function rolesOf(service: string, input: JsonObject): Access[] {
  if (service !== "ecs") return [];
  const roles = [input.taskRoleArn, input.executionRoleArn].filter((role) => typeof role === "string" && role !== "");
  return [...new Set(roles)].map((role) => ({ action: "iam:PassRole", resource: String(role) }));
}

/** What policies call a service, where it is not its signing name. */
const IAM_PREFIX: Record<string, string> = { monitoring: "cloudwatch" };

type Resource = (input: JsonObject) => string[];

/** The members that name resources, the most telling first. */
const RESOURCES: Record<string, Resource[]> = {
  ecs: [
    member("resourceArn"),
    inCluster("service", "service"),
    inCluster("services", "service"),
    inCluster("serviceName", "service"),
    inCluster("task", "task"),
    inCluster("tasks", "task"),
    member("serviceDeploymentArn"),
    member("serviceDeploymentArns"),
    member("serviceRevisionArns"),
    inCluster("containerInstance", "container-instance"),
    inCluster("containerInstances", "container-instance"),
    member("taskDefinitions", (name) => `task-definition/${name}`),
    member("family", (name) => `task-definition/${name}:*`),
    member("taskDefinition", (name) => `task-definition/${name}`),
    member("cluster", (name) => `cluster/${name}`),
    member("clusters", (name) => `cluster/${name}`),
    member("clusterName", (name) => `cluster/${name}`),
  ],
  ecr: [
    member("resourceArn"),
    member("repositoryName", (name) => `repository/${name}`),
    member("repositoryNames", (name) => `repository/${name}`),
  ],
  elasticloadbalancing: [
    member("TargetGroupArn"),
    member("TargetGroupArns"),
    member("LoadBalancerArn"),
    member("LoadBalancerArns"),
    member("ListenerArn"),
    member("ListenerArns"),
    member("ResourceArns"),
  ],
  iam: [member("RoleName", (name) => `role/${name}`)],
  sts: [member("RoleArn")],
  events: [member("Rule", (name) => `rule/${name}`), member("Name", (name) => `rule/${name}`)],
  scheduler: [(input) => member("Name", (name) => `schedule/${String(input.GroupName ?? "default")}/${name}`)(input)],
  logs: [
    member("resourceArn"),
    ({ logStreamName, ...input }) =>
      logStreamName === undefined
        ? []
        : member("logGroupName", (name) => `log-group:${name}:log-stream:${logStreamName}`)(input),
    member("logGroupIdentifier", (name) => `log-group:${name}`),
    member("logGroupName", (name) => `log-group:${name}:*`),
  ],
  monitoring: [member("AlarmName", alarm), member("AlarmNames", alarm)],
};

function alarm(name: string): string {
  return `alarm:${name}`;
}

/** The value of a member, or each of its list. */
function member(name: string, arnPart: (value: string) => string = (value) => value): Resource {
  return (input) =>
    [input[name] ?? []]
      .flat()
      .filter((value): value is string => typeof value === "string" && value !== "")
      .map((value) => (value.startsWith("arn:") ? value : arnPart(value)));
}

function inCluster(name: string, type: string): Resource {
  return (input) => {
    const cluster = typeof input.cluster === "string" ? input.cluster : "default";
    return member(name, (value) => `${type}/${cluster.split("/").at(-1)}/${value}`)(input);
  };
}

function matches(pattern: string, action: string): boolean {
  return pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

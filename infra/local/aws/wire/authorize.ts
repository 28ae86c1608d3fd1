import type { Principal } from "./principals.js";
import { AwsError, type Caller, type JsonObject } from "./service.js";

/** What a request wants to do, in IAM's words. */
export interface Access {
  /** Such as `ecs:UpdateService`. */
  action: string;
  /** The ARN that it acts on, or `*`. */
  resource: string;
}

/** Every request passes here before its operation runs: the one place where access is decided. Throws when it is refused. */
export function authorize(principal: Principal, access: Access): void {
  if (!principal.deny?.some((pattern) => matches(pattern, access.action))) return;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${principal.arn} is not authorized to perform: ${access.action} on resource: ${access.resource} with an explicit deny in an identity-based policy`,
  );
}

/** Names what a request of an API acts on, from its members. */
export function accessOf(service: string, operation: string, input: JsonObject, caller: Caller): Access {
  const resource = (RESOURCES[service] ?? []).map((name) => name(input)).find((found) => found !== undefined);
  const action = `${service}:${operation}`;
  if (resource === undefined) return { action, resource: "*" };
  if (resource.startsWith("arn:")) return { action, resource };
  return { action, resource: `arn:aws:${service}:${caller.region}:${caller.accountId}:${resource}` };
}

type Resource = (input: JsonObject) => string | undefined;

/** The members that name a resource, the most telling first. */
const RESOURCES: Record<string, Resource[]> = {
  ecs: [
    member("resourceArn"),
    inCluster("service", "service"),
    inCluster("serviceName", "service"),
    inCluster("task", "task"),
    member("serviceDeploymentArn"),
    member("family", (name) => `task-definition/${name}:*`),
    member("taskDefinition", (name) => `task-definition/${name}`),
    member("cluster", (name) => `cluster/${name}`),
    member("clusterName", (name) => `cluster/${name}`),
  ],
  ecr: [member("resourceArn"), member("repositoryName", (name) => `repository/${name}`)],
  events: [member("Rule", (name) => `rule/${name}`), member("Name", (name) => `rule/${name}`)],
  scheduler: [(input) => member("Name", (name) => `schedule/${String(input.GroupName ?? "default")}/${name}`)(input)],
  logs: [
    member("resourceArn"),
    member("logGroupIdentifier", (name) => `log-group:${name}`),
    member("logGroupName", (name) => `log-group:${name}:*`),
  ],
};

function member(name: string, arnPart: (value: string) => string = (value) => value): Resource {
  return (input) => {
    const value = input[name];
    if (typeof value !== "string" || value === "") return undefined;
    return value.startsWith("arn:") ? value : arnPart(value);
  };
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

import { partitionOf } from "../partition.js";
import { type Access, contextOf, isAllowed, taggingOf } from "./policy.js";
import type { Principal } from "./principals.js";
import { AwsError, type Caller, type JsonObject } from "./service.js";

/** Decides access, for every request and before its operation runs. @throws AwsError AccessDeniedException. */
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
 * Returns the permissions that a request needs, from its members: the operation on each named resource, and iam:PassRole for passed roles.
 * At least one.
 */
export function accessesOf(service: string, operation: string, input: JsonObject, caller: Caller): Access[] {
  const vendor = IAM_PREFIX[service] ?? service;
  const action = `${vendor}:${(service === "s3" && S3_ACTIONS[operation]) || operation}`;
  // ARNs of IAM have no region, those of S3 no account either.
  const region = service === "iam" || service === "s3" ? "" : caller.region;
  const account = service === "s3" ? "" : caller.accountId;
  const prefix = `arn:${partitionOf(caller.region)}:${vendor}:${region}:${account}:`;
  const named = (RESOURCES[service] ?? []).map((name) => name(input)).find((found) => found.length > 0) ?? [];
  const resources = named.map((resource) => (resource.startsWith("arn:") ? resource : `${prefix}${resource}`));
  const own = resources.length > 0 ? resources : ["*"];
  const accesses = own.map((resource) => ({ action, resource }));
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
  const reads = service === "s3" && action !== "s3:GetObject" && input.IfMatch !== undefined;
  const conditional = reads ? own.map((resource) => ({ action: "s3:GetObject", resource })) : [];
  return [...accesses, ...conditional, ...rolesOf(service, input)];
}

/** Returns the same with condition keys, and the permission to tag created resources. */
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

/** Returns iam:PassRole for the roles that a task gets: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html */
function rolesOf(service: string, input: JsonObject): Access[] {
  if (service !== "ecs") return [];
  const roles = [input.taskRoleArn, input.executionRoleArn].filter((role) => typeof role === "string" && role !== "");
  return [...new Set(roles)].map((role) => ({ action: "iam:PassRole", resource: String(role) }));
}

/** Service prefixes of IAM actions that differ from the signing name, by signing name. */
const IAM_PREFIX: Record<string, string> = { monitoring: "cloudwatch" };

/** Actions of S3 that have another name than their operation. */
const S3_ACTIONS: Record<string, string> = {
  GetObjectLockConfiguration: "GetBucketObjectLockConfiguration",
  HeadBucket: "ListBucket",
  HeadObject: "GetObject",
  ListObjectsV2: "ListBucket",
  PutObjectLockConfiguration: "PutBucketObjectLockConfiguration",
};

/**
 * Returns the permission without which S3 hides that an object does not exist: it answers 403 then.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function accessToMissing(service: string, input: JsonObject, caller: Caller): Access[] {
  return service === "s3" ? accessesOf(service, "ListObjectsV2", { Bucket: input.Bucket ?? "" }, caller) : [];
}

type Resource = (input: JsonObject) => string[];

/** Members that name resources, the most specific first. */
const RESOURCES: Record<string, Resource[]> = {
  lambda: [member("FunctionName", (name) => `function:${name}`)],
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
  sns: [member("TopicArn"), member("Name")],
  events: [
    (input) => (Array.isArray(input.Entries) ? input.Entries : []).flatMap(busOf),
    member("Rule", (name) => `rule/${name}`),
    member("Name", (name) => `rule/${name}`),
  ],
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
  dynamodb: [member("TableName", (name) => `table/${name}`)],
  s3: [
    ({ Bucket, Key }) => (typeof Key === "string" && typeof Bucket === "string" ? [`${Bucket}/${Key}`] : []),
    member("Bucket"),
  ],
  monitoring: [member("AlarmName", alarm), member("AlarmNames", alarm)],
};

/** The bus of an entry of PutEvents. */
function busOf(entry: unknown): string[] {
  const { EventBusName = "default" } = (entry ?? {}) as { EventBusName?: unknown };
  return member("bus", (name) => `event-bus/${name}`)({ bus: String(EventBusName) });
}

function alarm(name: string): string {
  return `alarm:${name}`;
}

/** Reads the value of a member, or each item of its list. */
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

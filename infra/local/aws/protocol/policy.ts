import type { Caller, JsonObject } from "./service.js";

/** Identity-based policy, the evaluated part: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface IdentityPolicy {
  Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  Effect: "Allow" | "Deny";
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Values of condition keys, such as `ecs:cluster`. */
export type Context = Readonly<Record<string, readonly string[]>>;

/** Permission that a request needs, in IAM's terms. */
export interface Access {
  /** Such as `ecs:UpdateService`. */
  action: string;
  /** ARN that the action applies to, or `*`. */
  resource: string;
  /** Values of the condition keys of policies; none unless given. */
  context?: Context;
}

/**
 * Evaluates a policy: a matching Deny wins, and without a matching Allow access is denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @throws Error for a condition operator that is not evaluated here.
 */
export function isAllowed({ Statement }: IdentityPolicy, access: Access): boolean {
  // Needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  if (access.action === "sts:GetCallerIdentity") return true;
  const effects = Statement.filter((one) => applies(one, access)).map(({ Effect }) => Effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

function applies({ Action, Resource, Condition = {} }: PolicyStatement, { action, resource, context = {} }: Access) {
  const fits = (patterns: string | readonly string[], value: string, flags?: string) =>
    [patterns].flat().some((pattern) => fitsPattern(pattern, value, flags));
  if (!fits(Action, action, "i") || !fits(Resource, resource)) return false;
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => meets(operator, context[key] ?? [], [wanted].flat())),
  );
}

/** Evaluates a condition. A key that the request lacks matches `ForAllValues` only. */
function meets(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  switch (operator) {
    case "StringEquals":
      return values.some((value) => wanted.includes(value));
    case "ArnEquals":
    case "ArnLike":
      return values.some((value) => wanted.some((pattern) => fitsPattern(pattern, value)));
    case "ForAllValues:StringEquals":
      return values.every((value) => wanted.includes(value));
    default:
      throw new Error(`The local AWS does not evaluate the condition operator ${operator}.`);
  }
}

function fitsPattern(pattern: string, value: string, flags?: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags).test(value);
}

/** Returns the values of the condition keys that ECS and IAM document for a request. */
export function contextOf(service: string, action: string, input: JsonObject, clusterArn: string): Context {
  const tags = Array.isArray(input.tags) ? (input.tags as { key?: string }[]).map(({ key }) => String(key)) : [];
  return {
    ...(service === "ecs" && input.cluster !== undefined && { "ecs:cluster": [clusterArn] }),
    ...(tags.length > 0 && { "aws:TagKeys": tags }),
    ...(action === "iam:PassRole" && { "iam:PassedToService": ["ecs-tasks.amazonaws.com"] }),
  };
}

/**
 * Returns the permission to tag what a request creates with tags.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
 */
export function taggingOf(operation: string, input: JsonObject, caller: Caller, partition: string): Access[] {
  const { "aws:TagKeys": keys } = contextOf("ecs", "", input, "");
  const cluster = String(input.cluster ?? "default")
    .split("/")
    .at(-1);
  const resource = { RegisterTaskDefinition: `task-definition/${input.family}:*`, RunTask: `task/${cluster}/*` }[
    operation
  ];
  if (keys === undefined || resource === undefined) return [];
  const arn = `arn:${partition}:ecs:${caller.region}:${caller.accountId}:${resource}`;
  const context = { "aws:TagKeys": keys, "ecs:CreateAction": [operation] };
  return [{ action: "ecs:TagResource", resource: arn, context }];
}

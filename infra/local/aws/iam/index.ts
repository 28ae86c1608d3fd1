import { partitionOf } from "../partition.js";
import { required } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import { type IsTaskRole, isOfEcs, roleId } from "./roles.js";

/** Maximum session duration of a role, in seconds. */
export const LONGEST_SESSION = 12 * 3600;

/** Creation time of every role, in seconds since the epoch. */
const CREATED = Date.UTC(2026, 0, 1) / 1000;

/** AWS Identity and Access Management, for tools that read tasks' roles: every role exists and has no policies. */
export function createIam({ isTaskRole }: { isTaskRole: IsTaskRole }): Service {
  const find = (input: JsonObject) => {
    const name = required(input, "RoleName");
    if (/^[\w+=,.@-]{1,64}$/.test(name)) return name;
    throw new AwsError(
      "ValidationError",
      "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    );
  };
  return {
    signingName: "iam",
    queryNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    operations: {
      GetRole: (input, caller) => ({ Role: roleView(find(input), caller, isTaskRole) }),
      ListAttachedRolePolicies(input) {
        find(input);
        return { AttachedPolicies: [], IsTruncated: false };
      },
      ListRolePolicies(input) {
        find(input);
        return { PolicyNames: [], IsTruncated: false };
      },
    },
  };
}

function roleView(name: string, caller: Caller, isTaskRole: IsTaskRole): JsonObject {
  // ECS itself assumes the roles of listener rules and lifecycle hooks.
  const trusted: JsonObject[] = [{ Service: isOfEcs(name) ? "ecs.amazonaws.com" : "ecs-tasks.amazonaws.com" }];
  if (!isTaskRole(name)) trusted.push({ AWS: `arn:${partitionOf(caller.region)}:iam::${caller.accountId}:root` });
  const policy = {
    Version: "2012-10-17",
    Statement: trusted.map((Principal) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" })),
  };
  return {
    Path: "/",
    RoleName: name,
    RoleId: roleId(caller, name),
    Arn: `arn:${partitionOf(caller.region)}:iam::${caller.accountId}:role/${name}`,
    CreateDate: CREATED,
    // As on AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)),
    MaxSessionDuration: LONGEST_SESSION,
    RoleLastUsed: {},
  };
}

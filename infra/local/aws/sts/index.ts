import { LONGEST_SESSION } from "../iam/index.js";
import { type IsTaskRole, parseRoleArn, roleId } from "../iam/roles.js";
import { partitionOf } from "../partition.js";
import { number, required } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { Sessions } from "./sessions.js";

/** Seconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SHORTEST = 900;
const LONGEST_CHAINED = 3600;
/** Seconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
const LONGEST_TOKEN = 36 * 3600;

/** AWS Security Token Service: returns the caller, and assumes roles of this account. Session policies are accepted and not applied. */
export function createSts({ sessions, isTaskRole }: { sessions: Sessions; isTaskRole: IsTaskRole }): Service {
  const { principals } = sessions;
  return {
    signingName: "sts",
    queryNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: {
      GetCallerIdentity: (_input, caller) => ({
        Arn: caller.arn,
        UserId: principals.get(caller.accessKeyId)?.userId ?? "",
        // The account of the key, as on AWS.
        Account: caller.arn.split(":")[4] ?? "",
      }),

      AssumeRole(input, caller) {
        const arn = required(input, "RoleArn");
        const session = sessionName(input);
        const seconds = duration(input, 3600, LONGEST_SESSION);
        const role = parseRoleArn(arn);
        if (!role) throw new AwsError("ValidationError", `${arn} is invalid`);
        if (role.account !== caller.accountId || isTaskRole(role.name)) throw notTrusted(arn, caller);
        if (caller.arn.includes(":assumed-role/") && seconds > LONGEST_CHAINED) {
          throw new AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
          );
        }
        const userId = `${roleId(caller, role.name)}:${session}`;
        const assumed = `arn:${partitionOf(caller.region)}:sts::${caller.accountId}:assumed-role/${role.name}/${session}`;
        return {
          Credentials: sessions.begin({ arn: assumed, userId, ...limitsOf(caller) }, seconds),
          AssumedRoleUser: { AssumedRoleId: userId, Arn: assumed },
        };
      },

      GetSessionToken(input, caller) {
        const { userId = "", sessionToken } = principals.get(caller.accessKeyId) ?? {};
        if (sessionToken !== undefined) {
          throw new AwsError("AccessDeniedException", "Cannot call GetSessionToken with session credentials", 403);
        }
        const seconds = duration(input, 12 * 3600, LONGEST_TOKEN);
        return { Credentials: sessions.begin({ arn: caller.arn, userId, ...limitsOf(caller) }, seconds) };
      },
    },
  };

  /** Returns the caller's denied actions, which apply to its sessions too. */
  function limitsOf({ accessKeyId }: Caller): { deny?: string[] } {
    const deny = principals.get(accessKeyId)?.deny;
    return deny ? { deny } : {};
  }
}

function sessionName(input: JsonObject): string {
  const name = required(input, "RoleSessionName");
  const constraint =
    name.length < 2
      ? "Member must have length greater than or equal to 2"
      : name.length > 64
        ? "Member must have length less than or equal to 64"
        : /^[\w+=,.@-]+$/.test(name)
          ? undefined
          : "Member must satisfy regular expression pattern: [\\w+=,.@-]*";
  if (constraint) throw constraintError(name, "roleSessionName", constraint);
  return name;
}

function duration(input: JsonObject, usual: number, longest: number): number {
  const seconds = number(input, "DurationSeconds") ?? usual;
  const [low, high] = [
    `Member must have value greater than or equal to ${SHORTEST}`,
    `Member must have value less than or equal to ${longest}`,
  ];
  if (seconds < SHORTEST) throw constraintError(String(seconds), "durationSeconds", low);
  if (seconds > longest) throw constraintError(String(seconds), "durationSeconds", high);
  return seconds;
}

function constraintError(value: string, member: string, constraint: string): AwsError {
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

function notTrusted(role: string, caller: Caller): AwsError {
  return new AwsError(
    "AccessDeniedException",
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    403,
  );
}

import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import type { Credentials } from "./credentials.js";
import { requestHandler } from "./request-handler.js";
import { sdk } from "./sdk.js";

/** Returns the role's credentials. The SDK calls it again when they are about to expire. */
export type AssumedCredentials = () => Promise<Credentials & { expiration?: Date }>;

/** A role by its ARN, with the external id that its trust policy may ask for. */
export type Role = string | { arn: string; externalId?: string | undefined };

interface Base {
  region: string;
  /** The credentials that may assume the role. */
  login: Credentials;
  /** The base URL of a local AWS; absent for AWS itself. */
  endpoint?: string;
}

/** Shown in CloudTrail beside each call. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_NAME = "slipway";

/** Credentials of a role, from those of a login: one login serves the targets of many accounts. */
export function assumed(role: Role, { region, login, endpoint }: Base): AssumedCredentials {
  const { arn, externalId } = typeof role === "string" ? { arn: role } : role;
  return async () => {
    const sts = new sdk.sts.STSClient({
      region,
      credentials: login,
      requestHandler: requestHandler({ direct: endpoint !== undefined }),
      ...(endpoint !== undefined && { endpoint }),
    });
    const input = { RoleArn: arn, RoleSessionName: SESSION_NAME, ...(externalId && { ExternalId: externalId }) };
    const { Credentials: issued } = await sts.send(new sdk.sts.AssumeRoleCommand(input)).catch(refused(arn));
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = issued ?? {};
    if (!AccessKeyId || !SecretAccessKey) throw new Error(`STS returned no credentials for ${arn}.`);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken && { sessionToken: SessionToken }),
      ...(Expiration && { expiration: Expiration }),
    };
  };
}

function refused(arn: string): (cause: Error) => never {
  return (cause) => {
    if (!["AccessDenied", "AccessDeniedException", "ValidationError"].includes(cause.name)) throw cause;
    throw new InputError(
      "role-refused",
      `The credentials may not assume ${arn} (${cause.name}: ${neutral(cause.message)}). Allow sts:AssumeRole on it, and name the credentials, and the external id if it requires one, in the role's trust policy.`,
      { cause },
    );
  };
}

import { InputError, REFUSED, SlipwayError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import type { TargetFile } from "../config/target.js";
import type { Aws } from "./clients.js";
import { describeError } from "./describe-error.js";
import { AccessDeniedError, CredentialsExpiredError, hostOf, isUncertain } from "./errors.js";
import { sdk } from "./sdk.js";

/** Identity of the credentials. */
export interface Caller {
  account: string;
  /** Such as `arn:aws:sts::123456789012:assumed-role/deploy/alice`. */
  arn: string;
}

/**
 * Checks that the credentials are valid, and that they belong to the target's account where it names one. Changes nothing.
 * @param endpoint The base URL of a local AWS; absent for AWS itself.
 * @returns The caller: the account, 12 digits, and the ARN.
 * @throws InputError
 */
export async function checkAccount(
  aws: Pick<Aws, "sts">,
  target: Pick<TargetFile, "account">,
  endpoint?: string,
): Promise<Caller> {
  const { Account = "", Arn = "" } = await callerOf(aws, endpoint);
  if (target.account === undefined || Account === target.account) return { account: Account, arn: Arn };
  throw new InputError(
    "wrong-account",
    `The credentials belong to account ${neutral(`${Account} (${Arn})`)}, and the target is account ${target.account}. Nothing was changed. Choose the profile or role of the target's account, or another --target.`,
  );
}

async function callerOf({ sts }: Pick<Aws, "sts">, endpoint: string | undefined) {
  try {
    return await sts.send(new sdk.sts.GetCallerIdentityCommand({}));
  } catch (error) {
    const cause = error instanceof AccessDeniedError || error instanceof CredentialsExpiredError ? error.cause : error;
    const { name, message } = cause as Error;
    const where = endpoint ?? hostOf(cause as Error) ?? "AWS";
    if (isUncertain(cause)) {
      const hint = endpoint
        ? "Start it, or correct --aws."
        : 'Check the network, a proxy (HTTPS_PROXY, NO_PROXY) or a VPC endpoint on the way, and "region" in the target.';
      throw new SlipwayError(
        "unreachable",
        REFUSED,
        `${where} does not answer sts:GetCallerIdentity: ${neutral(message || name)}. Nothing was changed. ${hint}`,
        { cause },
      );
    }
    const next = NEXT[name];
    if (!next) throw describeError(error);
    throw new InputError("refused-credentials", `${where} does not accept the credentials (${name}): ${next}`, {
      cause,
    });
  }
}

const NEXT: Record<string, string> = {
  ExpiredToken: "they have expired. Log in again, as with `aws sso login`, and repeat the command.",
  ExpiredTokenException: "they have expired. Log in again, as with `aws sso login`, and repeat the command.",
  InvalidClientTokenId: "the access key id is unknown, or a session token is missing or wrong.",
  UnrecognizedClientException: "the access key id is unknown, or a session token is missing or wrong.",
  SignatureDoesNotMatch: "the secret access key does not belong to the access key id.",
  AccessDenied: "they may not be used here. Contact the administrator of the account.",
};

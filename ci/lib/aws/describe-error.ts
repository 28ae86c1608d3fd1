import { REFUSED, SlipwayError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { actionOf, hostOf, isThrottling, isUncertain } from "./errors.js";

/**
 * Awaits work that comes before the service is changed, and describes its AWS errors: what failed, what was received and what to do.
 * @throws SlipwayError with exit code 2.
 */
export async function withDescribedErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw describeError(cause);
  }
}

/** Describes an AWS error as a SlipwayError with exit code 2; returns any other error unchanged. */
export function describeError(cause: unknown): unknown {
  if (!isOfAws(cause)) return cause;
  const { code, failed, next } = causeOf(cause);
  // A message may quote a whole page that a proxy returned in place of AWS.
  const received = neutral(`${statusOf(cause)}${cause.name}${cause.message ? `: ${cause.message}` : ""}`);
  const end = /[.!?]$/.test(received) ? "" : ".";
  return new SlipwayError(
    code,
    REFUSED,
    `${failed}: ${received}${end} This call has not changed the service. ${next}`,
    {
      cause,
    },
  );
}

type AwsFailure = Error & { code?: string; $metadata?: { httpStatusCode?: number; attempts?: number } };

function isOfAws(error: unknown): error is AwsFailure {
  if (!(error instanceof Error) || error instanceof SlipwayError || error.name === "AbortError") return false;
  return "$fault" in error || isUncertain(error) || actionOf(error) !== undefined;
}

function causeOf(cause: AwsFailure): { code: string; failed: string; next: string } {
  const host = hostOf(cause);
  const action = `${actionOf(cause) ?? "a call"}${host === undefined ? "" : ` at ${host}`}`;
  if (isThrottling(cause)) {
    return {
      code: "throttled",
      failed: `AWS throttled ${action}, also after every retry`,
      next: "Wait a minute and run the same command again. If it fails again, find the other callers of this account and region in AWS CloudTrail.",
    };
  }
  if (cause.$metadata?.httpStatusCode !== undefined && isUncertain(cause)) {
    return {
      code: "unavailable",
      failed: `AWS returned a server error for ${action}, also after every retry`,
      next: "Run the same command again in some minutes; https://health.aws.amazon.com/health/status lists known incidents.",
    };
  }
  if (isUncertain(cause)) {
    return {
      code: "unreachable",
      failed: `AWS can't be reached for ${action}`,
      next: 'Check the network, a proxy or a VPC endpoint on the way, and "region" in the target.',
    };
  }
  const credentials = refused[cause.name];
  if (credentials !== undefined) {
    return {
      code: "refused-credentials",
      failed: `AWS does not accept the credentials, at ${action}`,
      next: credentials,
    };
  }
  if (!("$fault" in cause)) {
    return {
      code: "unreadable-answer",
      failed: `The response to ${action} cannot be read`,
      next: "It may come from a proxy or a login page in place of AWS: check the network, HTTPS_PROXY and NO_PROXY.",
    };
  }
  return {
    code: "refused",
    failed: `AWS refuses ${action}`,
    next: "Correct what it names, in the target or in AWS, and run the same command again.",
  };
}

const refused: Record<string, string> = {
  UnrecognizedClientException:
    "The access key id is unknown, or the session token is missing, wrong or of another region.",
  InvalidClientTokenId: "The access key id is unknown, or the session token is missing or wrong.",
  InvalidSignatureException:
    "The secret access key does not belong to the access key id, or this machine's clock is wrong.",
  SignatureDoesNotMatch:
    "The secret access key does not belong to the access key id, or this machine's clock is wrong.",
  IncompleteSignature: "The access key id or the secret access key contains invalid characters: copy them again.",
};

function statusOf({ $metadata }: AwsFailure): string {
  return $metadata?.httpStatusCode === undefined ? "" : `HTTP ${$metadata.httpStatusCode} `;
}

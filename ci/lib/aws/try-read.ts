import { AccessDeniedError, CredentialsExpiredError } from "./errors.js";

/** A value that was read, or the reason that it could not be. */
export type Known<T> = { value: T } | { unknown: string };

/**
 * Awaits a read that only a check needs, and returns the reason where it fails. Rethrows only what would end the deploy anyway: an
 * abort and expired credentials.
 */
export async function knowing<T>(reading: Promise<T>, signal?: AbortSignal): Promise<Known<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CredentialsExpiredError) throw error;
    return { unknown: reason(error) };
  }
}

/** In the JSON protocol and in the query protocol. */
const notOffered = new Set(["UnknownOperationException", "InvalidAction"]);

const NOT_PERMITTED = " is not permitted";

/**
 * Returns the fix of what could not be read: to allow an IAM action helps only where one was denied.
 * @param reason The `unknown` of a `Known`.
 * @param allow The fix where an action was denied, such as `Allow ecr:DescribeImages on the repository.`
 */
export function fixOf(reason: string, allow: string): string {
  if (reason.endsWith(NOT_PERMITTED)) return allow;
  return "No permission is missing. Check the network from where this runs, and run the command again.";
}

function reason(error: unknown): string {
  if (error instanceof AccessDeniedError) return `${error.action}${NOT_PERMITTED}`;
  const { name, message } = error as Error;
  if (notOffered.has(name)) return "this AWS does not offer it";
  // It becomes a part of a sentence.
  const text = message.replace(/\.$/, "");
  return text ? `${name}: ${text}` : name;
}

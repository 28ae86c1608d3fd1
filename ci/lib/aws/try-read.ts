import { NOT_PERMITTED, type Readable } from "../common/readable.js";
import { AccessDeniedError, CredentialsExpiredError } from "./errors.js";

/**
 * Awaits a read that only a check needs, and returns the reason where it fails. Rethrows only what would end the deploy anyway: an
 * abort and expired credentials.
 */
export async function tryRead<T>(reading: Promise<T>, signal?: AbortSignal): Promise<Readable<T>> {
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

function reason(error: unknown): string {
  if (error instanceof AccessDeniedError) return `${error.action}${NOT_PERMITTED}`;
  const { name, message } = error as Error;
  if (notOffered.has(name)) return "this AWS does not offer it";
  // It becomes a part of a sentence.
  const text = message.replace(/\.$/, "");
  return text ? `${name}: ${text}` : name;
}

import { SlipwayError } from "../common/errors.js";

/** The credentials lack a permission. `action` is the IAM action to allow, such as `ecs:DescribeTasks`. */
export class AccessDeniedError extends SlipwayError {
  override readonly name = "AccessDeniedError";
  constructor(
    readonly action: string,
    options?: ErrorOptions,
  ) {
    super(
      "access-denied",
      2,
      `The credentials may not perform ${action}. Allow it in the IAM policy of the role or user that deploys.`,
      options,
    );
  }
}

/** Session credentials ran out, at the start or in the middle. */
export class CredentialsExpiredError extends SlipwayError {
  override readonly name = "CredentialsExpiredError";
  constructor(action: string, options?: ErrorOptions) {
    super(
      "credentials-expired",
      2,
      `The AWS credentials have expired (noticed at ${action}). Get new ones; a longer session or a new login is needed when rollouts take longer than the session lasts.`,
      options,
    );
  }
}

/** Awaits a call of the SDK and names the two failures that no repetition heals; any other is passed on as it is. */
export async function ask<T>(action: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (denied.has(nameOf(cause))) throw new AccessDeniedError(actionIn(cause) ?? action, { cause });
    if (expired.has(nameOf(cause))) throw new CredentialsExpiredError(action, { cause });
    // An aborted call ends with the reason of whoever aborted it, as everything else that waits does.
    if (nameOf(cause) === "AbortError") throw (cause as Error).cause ?? cause;
    if (cause instanceof Error && !actions.has(cause)) actions.set(cause, action);
    throw cause;
  }
}

const actions = new WeakMap<Error, string>();

/** The action of a call that `ask` has passed the error of on. */
export function actionOf(error: Error): string | undefined {
  return actions.get(error);
}

/** AWS asks for fewer calls. The call was not executed. */
export function isThrottling(error: unknown): boolean {
  return throttling.has(nameOf(error));
}

/** No answer, or a server's error: whether the call was executed is unknown. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === "AbortError" || error instanceof SlipwayError) return false;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return error.name === "TimeoutError" || networkCodes.has(String((error as { code?: unknown }).code));
}

const denied = new Set(["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"]);
const expired = new Set(["ExpiredTokenException", "ExpiredToken"]);
const throttling = new Set([
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottledException",
]);
const networkCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** AWS says which action it was: `User: … is not authorized to perform: ecs:UpdateService on resource: …`. */
function actionIn(error: unknown): string | undefined {
  return /not authorized to perform: ([\w-]+:\w+)/.exec((error as Error).message)?.[1];
}

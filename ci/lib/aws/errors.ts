import { networkCodes, REFUSED, SlipwayError } from "../common/errors.js";
import type { MiddlewareStack } from "./retries.js";

/** The credentials lack a permission. `action` is the IAM action to allow, such as `ecs:DescribeTasks`. */
export class AccessDeniedError extends SlipwayError {
  override readonly name = "AccessDeniedError";
  constructor(
    readonly action: string,
    options?: ErrorOptions,
  ) {
    super(
      "access-denied",
      REFUSED,
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
      REFUSED,
      `The AWS credentials have expired (noticed at ${action}). Get new ones; a longer session or a new login is needed when rollouts take longer than the session lasts.`,
      options,
    );
  }
}

/**
 * Wraps the errors of a client's calls, once for all callers: a denied action and expired credentials become errors of their own, an
 * aborted call rejects with the reason of its signal, and every other error keeps the action and the host of its call.
 * @param service The service's prefix in IAM actions, such as `ecs`.
 */
export function wrapErrors<T extends { middlewareStack: object }>(client: T, service: string): T {
  const stack = client.middlewareStack as MiddlewareStack;
  stack.add(
    (next, { commandName = "" }) =>
      (args) =>
        wrapped(`${service}:${commandName.replace(/Command$/, "")}`, next(args)),
    { step: "initialize", priority: "high", name: "wrapErrors" },
  );
  stack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const { hostname, port } = args.request as { hostname?: string; port?: number };
        if (error instanceof Error && hostname) hosts.set(error, port === undefined ? hostname : `${hostname}:${port}`);
        throw error;
      }
    },
    // Within the retries, where the endpoint is known.
    { step: "finalizeRequest", priority: "low", name: "noteHost" },
  );
  return client;
}

/** Awaits one call and wraps its error, as `wrapErrors` does for a client. */
export async function wrapped<T>(action: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (denied.has(nameOf(cause))) throw new AccessDeniedError(actionIn(cause) ?? action, { cause });
    if (expired.has(nameOf(cause))) throw new CredentialsExpiredError(action, { cause });
    if (nameOf(cause) === "AbortError") throw (cause as Error).cause ?? cause;
    if (cause instanceof Error && !actions.has(cause)) actions.set(cause, action);
    throw cause;
  }
}

const actions = new WeakMap<Error, string>();
const hosts = new WeakMap<Error, string>();

/** Returns the IAM action of the call that threw this error. */
export function actionOf(error: Error): string | undefined {
  return actions.get(error);
}

/** Returns the host that the failed call was sent to: neither the SDK's errors nor those of the network always name it. */
export function hostOf(error: Error): string | undefined {
  return hosts.get(error);
}

/** Returns true when AWS throttled the call, which was therefore not executed. */
export function isThrottling(error: unknown): boolean {
  return throttling.has(nameOf(error));
}

/** Returns true when no response came, or a server error: it is unknown if the call was executed. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === "AbortError" || error instanceof SlipwayError) return false;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return error.name === "TimeoutError" || networkCodes.includes(String((error as { code?: unknown }).code));
}

const denied = new Set([
  "AccessDeniedException",
  "AccessDenied",
  "UnauthorizedOperation",
  "AuthorizationErrorException",
]);
const expired = new Set(["ExpiredTokenException", "ExpiredToken"]);
const throttling = new Set([
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottledException",
]);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** Reads the action from AWS's message: `User: … is not authorized to perform: ecs:UpdateService on resource: …`. */
function actionIn(error: unknown): string | undefined {
  return /not authorized to perform: ([\w-]+:\w+)/.exec((error as Error).message)?.[1];
}

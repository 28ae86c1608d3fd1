import type { MiddlewareStack } from "./retries.js";

const hosts = new WeakMap<Error, string>();

/** Returns the host that answered a failed call, or should have; known of clients that `notingHost` has made. */
export function hostOf(error: Error): string | undefined {
  return hosts.get(error);
}

/** Keeps the host of each failed call of a client: neither the SDK's errors nor those of the network always name it. */
export function notingHost<T extends { middlewareStack: object }>(client: T): T {
  (client.middlewareStack as MiddlewareStack).add(
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

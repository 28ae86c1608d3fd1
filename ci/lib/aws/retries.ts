/** The part of an SDK command that is needed to change how it is sent, for any input and output. */
export interface Sendable {
  middlewareStack: object;
}

export interface MiddlewareStack {
  add(middleware: (next: Handler, context: { commandName?: string }) => Handler, options: object): void;
}
type Handler = (args: { request: unknown }) => Promise<{ response: unknown; output: unknown }>;

/**
 * Takes the SDK's retries from one command: for calls that change the world and take no client token, where a second try after
 * a lost answer would change it twice. The client's own retries stay as they are for all other commands.
 */
export function withoutRetries<T extends Sendable>(command: T): T {
  (command.middlewareStack as MiddlewareStack).add((next) => next, {
    // The SDK's own name, step and priority: an entry of the same name takes its place.
    name: "retryMiddleware",
    step: "finalizeRequest",
    priority: "high",
    override: true,
  });
  return command;
}

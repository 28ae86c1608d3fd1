/** Error of the container engine itself. The message states what failed, what was found and the next step. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** The user's settings name an engine on another machine. */
export class RemoteEngineError extends EngineError {
  override readonly name = "RemoteEngineError";
}

/** No local engine answers; one can be installed. */
export class NoEngineError extends EngineError {
  override readonly name = "NoEngineError";
}

/** Returns the HTTP status of an error response of the engine; `undefined` for any other error. */
export function engineStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** Returns true when the engine can't be reached, false when it returned an error. */
export function isEngineGone(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A missing socket means that the engine is down; a missing file does not.
  if (code === "ENOENT") return syscall === "connect";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code ?? "");
}

/** Returns an error's message; for an unreachable engine, the cause and the next step. */
export function explained(error: Error): string {
  if (!isEngineGone(error)) return error.message;
  return `The container engine has stopped answering (${messageOf(error)}). Start it again and repeat the command.`;
}

/** Returns the message of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim();
}

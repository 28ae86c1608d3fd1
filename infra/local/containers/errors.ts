/** What goes wrong with the container engine itself. The message says what failed, what was found and the next step. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** The user's settings name an engine on another machine. */
export class RemoteEngineError extends EngineError {
  override readonly name = "RemoteEngineError";
}

/** No local engine answered: one may be installed. */
export class NoEngineError extends EngineError {
  override readonly name = "NoEngineError";
}

/** The engine's HTTP status, when it answered an error; `undefined` for anything else. */
export function engineStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** Whether an error means that the engine itself is gone, not that it refused something. */
export function isEngineGone(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A file that is not there is none of the engine's business; a socket that is not there is.
  if (code === "ENOENT") return syscall === "connect";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code ?? "");
}

/** An error's message; of an engine that is gone, what that means and what to do. */
export function explained(error: Error): string {
  if (!isEngineGone(error)) return error.message;
  return `The container engine has stopped answering (${messageOf(error)}). Start it again and repeat the command.`;
}

/** The message of anything thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim();
}

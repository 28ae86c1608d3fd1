/** Error of the container runtime itself. The message states what failed, what was found and the next step. */
export class ContainerRuntimeError extends Error {
  override readonly name: string = "ContainerRuntimeError";
}

/** The user's settings name a runtime on another machine. */
export class RemoteRuntimeError extends ContainerRuntimeError {
  override readonly name = "RemoteRuntimeError";
}

/** No local runtime answers; one can be installed. */
export class NoRuntimeError extends ContainerRuntimeError {
  override readonly name = "NoRuntimeError";
}

/** Returns the HTTP status of an error response of the runtime; `undefined` for any other error. */
export function runtimeStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** Returns true when the runtime can't be reached, false when it returned an error. */
export function isRuntimeUnreachable(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A missing socket means that the runtime is down; a missing file does not.
  if (code === "ENOENT") return syscall === "connect";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code ?? "");
}

/** Returns an error's message; for an unreachable runtime, the cause and the next step. */
export function explained(error: Error): string {
  if (!isRuntimeUnreachable(error)) return error.message;
  return `The container runtime has stopped answering (${messageOf(error)}). Start it again and repeat the command.`;
}

/** Returns the message of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim();
}

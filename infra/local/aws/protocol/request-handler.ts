import { Readable } from "node:stream";
import type { Clock } from "../clock.js";
import type { Answer, Calls } from "./calls.js";

/** Used members of the SDK's requests and responses. */
interface SdkRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
}

interface SdkResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array | Readable;
}

/** Common part of Node's and the SDK's `AbortSignal`. */
interface Abortable {
  readonly aborted: boolean;
}

/** Type of the `requestHandler` option of the SDK's clients. */
export interface SdkRequestHandler {
  metadata: { handlerProtocol: string };
  handle(
    request: SdkRequest,
    options?: { abortSignal?: Abortable | undefined; requestTimeout?: number | undefined },
  ): Promise<{ response: SdkResponse }>;
  destroy(): void;
}

/**
 * Passes the SDK's calls to the local AWS without a socket. Signatures are not verified.
 *
 * @param timeout Request timeout in milliseconds of the clock. A call then fails with `TimeoutError`, as with the SDK's own handler.
 */
export function createRequestHandler(calls: Calls, clock: Clock, timeout: number): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, { abortSignal, requestTimeout } = {}) {
      const answered = calls.answer(
        {
          method: request.method,
          url: urlOf(request),
          headers: lowerCased(request.headers),
          body: bytes(request.body),
        },
        { verify: false },
      );
      const answer = await arrival(answered, clock, requestTimeout || timeout, abortSignal);
      return { response: { statusCode: answer.status, headers: answer.headers, body: bodyOf(answer) } };
    },
    destroy() {},
  };
}

/** Waits until a call's response arrives. @throws Error of Node's sockets or the SDK's handler when it does not. */
export async function arrival<T extends { delay: number; failure?: Answer["failure"] }>(
  answered: Promise<T>,
  clock: Clock,
  timeout: number,
  abortSignal?: Abortable,
): Promise<T> {
  const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
  if (signal?.aborted) throw aborted();
  const answer = await answered;
  if (signal?.aborted) throw aborted();
  if (answer.failure === "silent" || answer.delay >= timeout) {
    await pause(timeout, clock, signal);
    throw named("TimeoutError", `Request did not complete within ${timeout} ms`);
  }
  if (answer.delay > 0) await pause(answer.delay, clock, signal);
  if (answer.failure === "reset") throw reset();
  return answer;
}

function pause(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      cancel();
      reject(aborted());
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Creates the error of the SDK's handler for an aborted request. */
export const aborted = () => named("AbortError", "Request aborted");

/** Creates the error of a reset socket. */
export function reset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", errno: -104, syscall: "read" });
}

function bodyOf({ body, failure }: Answer): Uint8Array | Readable {
  if (failure !== "truncated") return Buffer.from(body);
  async function* broken() {
    yield Buffer.from(body.slice(0, Math.floor(body.length / 2)));
    throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  }
  return Readable.from(broken());
}

function urlOf({ path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((each) => [name, each] as [string, string]),
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}

const lowerCased = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bytes = (body: SdkRequest["body"]) => (typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array()));

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

import { errors } from "undici";
import { eitherSignal } from "../common/either-signal.js";
import { networkCodes } from "../common/errors.js";
import { directRoute, type Route, routeTo } from "./proxies.js";

/** One request and the bounds of its answer. */
export interface Request {
  /** Scheme, host and port. */
  origin: URL;
  /** Path and query, sent as they are. */
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Milliseconds for the whole exchange: connection, headers and body. */
  limit: number;
  /** Bytes of the body at most. A longer one is an error. */
  mostBytes: number;
  /** True: no proxy is used, even if the environment names one. */
  direct?: boolean;
  signal?: AbortSignal;
}

/** An answer, read to its end. Header names are in lower case; a repeated header's values are joined by commas. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

export const MiB = 1024 * 1024;

/**
 * Sends one request and reads its answer within bounds of time and size. Redirects are not followed, and no compression is
 * requested. Headers are bounded to 16 KiB by undici.
 * @throws Error without the request's headers or a proxy's login. Its `code` and `name` are those of Node's own client, which the AWS
 *   SDK knows: `TimeoutError` beyond the limit, `ECONNRESET` for a connection that broke.
 */
export async function exchange(request: Request): Promise<Answer> {
  const { origin, path, method = "GET", limit, mostBytes, signal } = request;
  const route = request.direct ? directRoute() : routeTo(origin);
  const timeout = AbortSignal.timeout(limit);
  try {
    const { statusCode, headers, body } = await route.dispatcher.request({
      origin: origin.origin,
      path,
      method,
      headers: { "accept-encoding": "identity", ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
      // The one limit above covers these.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: eitherSignal(signal, timeout),
    });
    const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    return { status: statusCode, headers: Object.fromEntries(flat), body: await readBounded(body, mostBytes) };
  } catch (cause) {
    signal?.throwIfAborted();
    throw failure(cause as Error, request, route, timeout.aborted);
  }
}

/** Leaving the loop early destroys the body, and its connection with it. */
async function readBounded(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new Error(`its body is longer than ${most / MiB} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failure(cause: Error, { origin, limit }: Request, { proxy }: Route, isLate: boolean): Error {
  const through = proxy === undefined ? "" : ` (through the proxy ${proxy})`;
  const code = codeOf(cause);
  if (isLate || code === "ETIMEDOUT") {
    const error = new Error(`no complete answer within ${limit / 1000} s${through}`, { cause });
    return Object.assign(error, { name: "TimeoutError", code: "ETIMEDOUT" });
  }
  const refusal = /^Proxy response \((\d+)\)/.exec(cause.message)?.[1];
  const message =
    refusal === undefined
      ? `${messageOf(cause)}${through}`
      : `the proxy ${proxy} answered HTTP ${refusal} for ${origin.host}`;
  return Object.assign(new Error(message, { cause }), { code });
}

/** Every other end of an exchange (TLS, a malformed or an endless response) counts as a broken connection. */
function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  // A host that has several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0] as Error);
  if (code === "UND_ERR_CONNECT_TIMEOUT") return "ETIMEDOUT";
  return networkCodes.find((one) => one === code) ?? "ECONNRESET";
}

function messageOf(error: Error): string {
  if (error.message === "" && error instanceof AggregateError) return messageOf(error.errors[0] as Error);
  if (error instanceof errors.HeadersOverflowError) return "its headers are longer than 16 KiB";
  return error.message || error.name;
}

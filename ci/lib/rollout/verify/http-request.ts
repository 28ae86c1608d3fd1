import { randomUUID } from "node:crypto";
import { exchange, MiB } from "../../http/exchange.js";

/** One GET of the public URL, or of a task at its own address. */
export interface HttpRequest {
  url: URL;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** Milliseconds for the whole exchange: connection, headers and body. */
  limit: number;
  /** True: no proxy is used, whatever the environment names. */
  direct?: boolean;
  /** True: the query gets a value that no cache has seen, for where one has answered. */
  fresh?: boolean;
  signal?: AbortSignal;
}

/** An answer; header names are in lower case. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends one question. Injected, so that a simulation can answer it.
 * @throws Error when there is no answer.
 */
export type SendRequest = (question: HttpRequest) => Promise<HttpResponse>;

/**
 * Asks over real HTTP, for at most 1 MiB of body. A redirect is an answer like any other and never followed: where it leads is not the
 * service.
 */
export const sendOverHttp: SendRequest = async ({ url, host, limit, direct, fresh, signal }) => {
  const { body, ...answer } = await exchange({
    origin: new URL(url.origin),
    path: `${url.pathname}${url.search}${fresh ? `${url.search ? "&" : "?"}slipway=${randomUUID()}` : ""}`,
    headers: {
      // A page with the version in a header may have no JSON.
      accept: "application/json, */*;q=0.5",
      "cache-control": "no-cache",
      ...(host !== undefined && { host }),
    },
    limit,
    mostBytes: MiB,
    ...((direct || host !== undefined) && { direct: true }),
    ...(signal && { signal }),
  });
  return { ...answer, body: Buffer.from(body).toString() };
};

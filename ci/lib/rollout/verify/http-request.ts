import { randomUUID } from "node:crypto";
import { exchange, MiB } from "../../http/exchange.js";

/** One GET of the public URL, or of a task at its own address. */
export interface HttpRequest {
  url: URL;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** Milliseconds for the whole exchange: connection, headers and body. */
  limit: number;
  /** True: no proxy is used, even if the environment names one. */
  direct?: boolean;
  /** True: the query gets a unique value, to bypass a cache that has answered. */
  fresh?: boolean;
  signal?: AbortSignal;
}

/** An HTTP response; header names are in lower case. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends one request. Injected, so that a simulation can respond to it.
 * @throws Error when there is no response.
 */
export type SendRequest = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * Sends the request over real HTTP and reads at most 1 MiB of the body. A redirect counts as the response and is never followed, because
 * its target is not the service.
 */
export const sendOverHttp: SendRequest = async ({ url, host, limit, direct, fresh, signal }) => {
  const { body, ...answer } = await exchange({
    origin: new URL(url.origin),
    path: `${url.pathname}${url.search}${fresh ? `${url.search ? "&" : "?"}slipway=${randomUUID()}` : ""}`,
    headers: {
      // A response with the version in a header may not be JSON.
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

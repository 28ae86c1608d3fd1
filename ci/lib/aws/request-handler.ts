import { exchange, MiB } from "../http/exchange.js";

/** A request as the SDK has signed it. */
interface SdkRequest {
  protocol: string;
  hostname: string;
  port?: number;
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}
interface SdkOptions {
  abortSignal?: unknown;
  /** Milliseconds for one request, in place of the handler's own limit. */
  requestTimeout?: number;
}

/** Milliseconds for one call, its answer's body included. */
const limit = 30_000;

/** DescribeTasks answers 100 tasks of some 10 KiB each, GetLogEvents 1 MiB of text, which JSON can make six times as long. */
const mostBytes = 16 * MiB;

/**
 * Sends the SDK's requests. The SDK's own handler knows no proxy, waits without end for a body that arrives byte by byte, and reads
 * without limits, as long as an endpoint sends; this one bounds both, and honours the proxy variables as every other request does. It takes the place of
 * a package of agents, because undici is a dependency already.
 * @param direct True for a local AWS, which no proxy reaches.
 */
export function requestHandler({ direct }: { direct: boolean }) {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: SdkRequest, { abortSignal, requestTimeout = limit }: SdkOptions = {}) {
      const { protocol, hostname, port, method, headers } = request;
      const signal = abortSignal as AbortSignal | undefined;
      try {
        const answer = await exchange({
          origin: new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`),
          path: pathOf(request),
          method,
          headers,
          ...(request.body !== undefined && { body: request.body as string | Uint8Array }),
          limit: requestTimeout,
          mostBytes,
          direct,
          ...(signal && { signal }),
        });
        const { status, ...rest } = answer;
        return { response: { statusCode: status, ...rest } };
      } catch (error) {
        if (!signal?.aborted) throw error;
        // What the SDK's own handler throws; it is not retried.
        throw Object.assign(new Error("Request aborted", { cause: signal.reason }), { name: "AbortError" });
      }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** SigV4 signs a space as %20, where URLSearchParams writes a plus. */
function pathOf({ path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${encode(name)}=${encode(one)}`),
  );
  return pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Proxy to the local AWS that records the calls of one caller. Signatures stay valid: requests pass unchanged. */
export interface RecordingProxy {
  /** Such as `http://127.0.0.1:40001`. */
  url: string;
  /** Operations in order of arrival, such as `DescribeServices`, without requests that are no API call. */
  calls: string[];
  close(): Promise<void>;
}

/** One API call that passes the proxy. */
export interface ProxiedCall {
  /** Position of the call, counted from 1. */
  number: number;
  operation: string;
}

/**
 * Called before a call is forwarded, and again after its effect and before its response. `lose` cuts the connection there: the call is not
 * forwarded, or its response is lost.
 */
export interface CallHooks {
  before?(passage: ProxiedCall, lose: () => void): void;
  after?(passage: ProxiedCall, lose: () => void): void;
  /** Called with each response; with true the call is forwarded once more, and the caller gets the later response only. */
  again?(passage: ProxiedCall, content: Buffer): Promise<boolean>;
}

/** @param upstream The local AWS's own URL. */
export async function openRecordingProxy(upstream: string, guard: CallHooks = {}): Promise<RecordingProxy> {
  const calls: string[] = [];
  // Longer than clients keep their connections: none is closed while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    pass(incoming, response).catch((error: Error) => response.destroy(error));
  });

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const operation = operationOf(incoming, body);
    const passage = operation === undefined ? undefined : { number: calls.push(operation), operation };
    const lose = () => void response.destroy();
    if (passage) guard.before?.(passage, lose);
    if (response.destroyed) return;
    let [answer, content] = await forward(incoming, body);
    while (passage && (await guard.again?.(passage, content))) [answer, content] = await forward(incoming, body);
    if (passage) guard.after?.(passage, lose);
    if (response.destroyed) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
  }

  async function forward(
    { method, rawHeaders: headers, url = "/" }: IncomingMessage,
    body: Buffer,
  ): Promise<[IncomingMessage, Buffer]> {
    const onward = request(new URL(upstream), { method, headers: pairs(headers), path: url, agent: false }).end(body);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    return [answer, await buffer(answer)];
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** STS's calls are forms with a field for their action; the others name it in a header. */
function operationOf({ headers }: IncomingMessage, body: Buffer): string | undefined {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1);
  if (!headers.authorization?.startsWith("AWS4-")) return undefined;
  return new URLSearchParams(body.toString()).get("Action") ?? "unknown";
}

/** Keeps the names as written: the Host header, which is signed, stays the caller's. */
function pairs(raw: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? "";
    if (!["connection", "transfer-encoding", "expect"].includes(name.toLowerCase())) found[name] = raw[at + 1] ?? "";
  }
  return found;
}

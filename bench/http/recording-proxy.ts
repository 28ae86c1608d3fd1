import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A way to the local AWS for one caller, at which its calls are counted. Signatures pass: nothing in a request is changed. */
export interface RecordingProxy {
  /** Such as `http://127.0.0.1:40001`. */
  url: string;
  /** Operations in the order in which they arrived, such as `DescribeServices`. Requests that are no API call are not in it. */
  calls: string[];
  close(): Promise<void>;
}

/** One API call that passes the proxy. */
export interface ProxiedCall {
  /** Counted from 1. */
  number: number;
  operation: string;
}

/**
 * Told before a call goes on, and after it has had its effect and before its answer is sent. `lose` cuts the connection there: the call
 * goes no further, or its answer does not.
 */
export interface CallHooks {
  before?(passage: ProxiedCall, lose: () => void): void;
  after?(passage: ProxiedCall, lose: () => void): void;
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
    const { method, rawHeaders: headers, url = "/" } = incoming;
    const onward = request(new URL(upstream), { method, headers: pairs(headers), path: url, agent: false }).end(body);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    const content = await buffer(answer);
    if (passage) guard.after?.(passage, lose);
    if (response.destroyed) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
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

/** STS's calls are forms that name their action; the others name it in a header. */
function operationOf({ headers }: IncomingMessage, body: Buffer): string | undefined {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1);
  if (!headers.authorization?.startsWith("AWS4-")) return undefined;
  return new URLSearchParams(body.toString()).get("Action") ?? "unknown";
}

/** With the names as they were written: the Host, which is signed, stays the caller's. */
function pairs(raw: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? "";
    if (!["connection", "transfer-encoding", "expect"].includes(name.toLowerCase())) found[name] = raw[at + 1] ?? "";
  }
  return found;
}

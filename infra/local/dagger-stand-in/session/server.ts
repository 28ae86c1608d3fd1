import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BodyTooLarge, readBody } from "../../http/body.js";
import { createGuardedServer } from "../../http/server.js";
import type { Caller } from "../api/query.js";
import { spanOf } from "../telemetry/origin.js";
import { readSpans } from "../telemetry/otlp.js";
import { type ReceivedSpan, within } from "../telemetry/trace.js";
import { answerQuery } from "./execute.js";

/** API over HTTP, on loopback only. */
export interface ApiServer {
  port: number;
  /** Registers a process and returns its token. */
  admit(caller: Caller): string;
  dismiss(token: string): void;
  close(): Promise<void>;
}

/** Maximum size of a query, in bytes. */
const LARGEST_QUERY = 64 << 20;

export async function startApiServer(): Promise<ApiServer> {
  const callers = new Map<string, Caller>();
  const server = createGuardedServer({}, (request, response) => answer(request, response, callers), console.error);
  // A module may pause for minutes and then send a request on the same connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  // An idle socket must not keep the process running.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    admit(caller) {
      const token = randomBytes(24).toString("hex");
      callers.set(token, caller);
      return token;
    },
    dismiss: (token) => void callers.delete(token),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Telemetry path of a module's process: the path identifies the process. */
export function telemetryPath(token: string): string {
  return `/telemetry/${token}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  callers: ReadonlyMap<string, Caller>,
): Promise<void> {
  const [, sender = "", signal] = /^\/telemetry\/(\w+)\/v1\/(traces|logs|metrics)$/.exec(request.url ?? "") ?? [];
  if (signal) return takeTelemetry(request, response, callers.get(sender), signal);
  const caller = callers.get(tokenOf(request));
  if (!caller) return send(response, 401, { errors: [{ message: "The session's token is missing or unknown." }] });
  if (request.method !== "POST" || request.url !== "/query") {
    return send(response, 404, {
      errors: [{ message: `${request.method} ${request.url} is not served here. Accepted: POST /query.` }],
    });
  }
  const query = await readQuery(request);
  if (typeof query !== "string") return send(response, query.status, { errors: [{ message: query.message }] });
  const answered = within(spanOf(request.headers.traceparent), () => answerQuery(query, caller));
  send(response, 200, await answered);
}

/** Returns the query of a request's body, or the reason why it has none. */
async function readQuery(request: IncomingMessage): Promise<string | { status: number; message: string }> {
  try {
    const { query } = Object(JSON.parse((await readBody(request, LARGEST_QUERY)).toString("utf8")));
    return typeof query === "string" ? query : { status: 400, message: 'The body has no "query".' };
  } catch (error) {
    if (error instanceof BodyTooLarge) return { status: 413, message: error.message };
    if (error instanceof SyntaxError) return { status: 400, message: `The body is not JSON: ${error.message}` };
    throw error;
  }
}

/** Adds spans to the trace; logs and metrics are accepted and dropped. */
async function takeTelemetry(
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller | undefined,
  signal: string,
): Promise<void> {
  if (!caller) return send(response, 401, {});
  const spans = await readTelemetry(request, signal);
  if (!spans) return send(response, 400, {});
  const { trace } = (await caller.assignment).session;
  for (const span of spans) trace.receive(span);
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
}

/** Returns the spans of a request's body; undefined when it is too large or not an export of spans. */
async function readTelemetry(request: IncomingMessage, signal: string): Promise<ReceivedSpan[] | undefined> {
  try {
    const body = await readBody(request, LARGEST_QUERY);
    return signal === "traces" ? readSpans(body) : [];
  } catch {
    return undefined;
  }
}

/** Reads the token, which the SDK sends as the user of Basic authentication without a password. */
function tokenOf({ headers }: IncomingMessage): string {
  const encoded = /^Basic (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  return Buffer.from(encoded, "base64").toString("utf8").split(":")[0] ?? "";
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

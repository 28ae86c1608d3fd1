import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLarge, readBody } from "../../http/body.js";
import { headerValues } from "../../http/headers.js";
import type { Clock } from "../clock.js";
import { readAuthorization } from "./authorization.js";
import type { Answer, Calls } from "./calls.js";

/** Maximum size of a body, in bytes: a layer part of 20 MiB in base64 for ECR, less than AWS's limit for S3, slightly more for others. */
const BODY_LIMITS = new Map([
  ["ecr", 32 << 20],
  ["logs", 8 << 20],
  ["s3", 8 << 20],
]);
const BODY_LIMIT = 2 << 20;
/** Maximum size of a form, in bytes. The largest is one with a web identity token of 20,000 characters. */
const FORM_LIMIT = 256 << 10;

/** Returns true for calls of an AWS API, false for requests to the registry or the load balancer. */
export function isApiCall(request: IncomingMessage): boolean {
  return request.headers["x-amz-target"] !== undefined || (request.headers.authorization?.startsWith("AWS4-") ?? false);
}

/** Creates the HTTP handler of the AWS APIs. Sends responses, or fails them by the injected faults. */
export function createApiHandler(
  calls: Calls,
  clock: Clock,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const head = { method: request.method ?? "", url: request.url ?? "/", headers: headersOf(request) };
    const refusal = calls.refuse(head);
    if (refusal) return deliver(response, refusal);
    const hash = createHash("sha256");
    let body: Buffer;
    try {
      body = await readBody(request, bodyLimit(head.headers), (chunk) => hash.update(chunk));
    } catch (error) {
      // The client has closed the connection.
      if (!(error instanceof BodyTooLarge)) return void response.destroy();
      return refuseBody(response, error);
    }
    const answer = await calls.answer({ ...head, body, bodyHash: hash.digest("hex") }, { verify: true });
    if (answer.delay === 0) return deliver(response, answer);
    const cancel = clock.after(answer.delay, () => deliver(response, answer));
    response.once("close", cancel);
  };
}

function deliver(response: ServerResponse, { status, headers, body, failure }: Answer): void {
  switch (failure) {
    case "silent":
      // The connection stays open until the client times out or the server closes.
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "truncated":
      response.writeHead(status, headers);
      response.write(body.slice(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
      return;
    default:
      response.writeHead(status, headers);
      response.end(body);
  }
}

/** @param headers Headers of a request with a well-formed authorization. */
function bodyLimit(headers: Record<string, string>): number {
  const { service } = readAuthorization(headers.authorization);
  const isForm = headers["x-amz-target"] === undefined && !headers["content-type"]?.startsWith("application/json");
  if (isForm && service !== "s3") return FORM_LIMIT;
  return BODY_LIMITS.get(service) ?? BODY_LIMIT;
}

/** Rejects a body before its protocol is known: in JSON, as AWS's front end does. */
function refuseBody(response: ServerResponse, { message }: BodyTooLarge): void {
  const code = "RequestEntityTooLargeException";
  const body = JSON.stringify({ __type: code, message });
  response.writeHead(413, {
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-errortype": code,
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries([...headerValues(request)].map(([name, values]) => [name, values.join(",")]));
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.js";
import { readAuthorization } from "./authorization.js";
import { BodyTooLarge, readBody } from "./body.js";
import type { Answer, Calls } from "./calls.js";

/** Bytes of a body: a layer part of 20 MiB in base64 for ECR, what AWS allows and some more for the others. */
const BODY_LIMITS: Record<string, number> = { ecr: 32 << 20, logs: 8 << 20 };
const BODY_LIMIT = 2 << 20;

/** Whether a request is a call of an AWS API, rather than one to the registry or to a load balancer. */
export function isApiCall(request: IncomingMessage): boolean {
  return request.headers["x-amz-target"] !== undefined || (request.headers.authorization?.startsWith("AWS4-") ?? false);
}

/** Takes calls of the AWS APIs from HTTP and sends their answers back, or lets them fail on the way as they are meant to. */
export function createWire(
  calls: Calls,
  clock: Clock,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const headers = headersOf(request);
    let body: Buffer;
    try {
      body = await readBody(request, bodyLimit(headers.authorization));
    } catch (error) {
      // Who has hung up waits for no answer.
      if (!(error instanceof BodyTooLarge)) return void response.destroy();
      return refuseBody(response, error);
    }
    const signed = { method: request.method ?? "", url: request.url ?? "/", headers, body };
    const answer = await calls.answer(signed, { verify: true });
    if (answer.delay === 0) return deliver(response, answer);
    const cancel = clock.after(answer.delay, () => deliver(response, answer));
    response.once("close", cancel);
  };
}

function deliver(response: ServerResponse, { status, headers, body, failure }: Answer): void {
  switch (failure) {
    case "silent":
      // Stays open until the caller gives up or the server closes.
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

function bodyLimit(authorization: string | undefined): number {
  try {
    return BODY_LIMITS[readAuthorization(authorization).service] ?? BODY_LIMIT;
  } catch {
    return BODY_LIMIT;
  }
}

/** Before anything of it is understood: told in JSON, as a front end does. */
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
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(",")]),
  );
}

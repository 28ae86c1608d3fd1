import { type IncomingMessage, request as open, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { guarded } from "../../http/guard.js";
import type { Clock } from "../clock.js";
import { sendErrorPage } from "./error-page.js";
import { requestHeaders, responseHeaders } from "./headers.js";
import type { LoadBalancerSettings } from "./settings.js";
import type { Target } from "./target.js";

/**
 * Forwards a request to a target and streams its response back. Each request opens a new connection: a kept one may be closed by the target
 * while the next request is written.
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  { connectTimeout, idleTimeout }: LoadBalancerSettings,
  clock: Clock,
): void {
  const { ip: host, port } = target.at;
  const { method, url: path } = request;
  const upstream = open({
    host,
    port,
    method,
    path,
    headers: requestHeaders(request),
    agent: false,
  });
  const finish = target.begin({ cut: () => upstream.destroy(new Error("deregistered")) });
  let tooLate = false;
  const giveUp = () => {
    tooLate = true;
    upstream.destroy();
  };
  let cancelTimeout = clock.after(connectTimeout, giveUp);

  upstream.once("socket", (socket) => {
    socket.once("connect", () => {
      cancelTimeout();
      if (!upstream.destroyed) cancelTimeout = clock.after(idleTimeout, giveUp);
    });
  });
  upstream.once(
    "response",
    guarded(
      (answer: IncomingMessage) => {
        cancelTimeout();
        if (!isWellFormed(answer)) throw new Error("malformed");
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer));
        // Pipeline destroys the client's response when the target's breaks off.
        pipeline(answer, response, () => upstream.destroy());
      },
      (error) => upstream.destroy(error as Error),
    ),
  );
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
  });
  // "close" is always emitted, also without an error: Node just closes a connection that is switched to another protocol.
  upstream.once("close", () => {
    cancelTimeout();
    if (!response.headersSent && !response.destroyed) sendErrorPage(response, tooLate ? 504 : 502);
    finish();
  });
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
}

/**
 * Returns true when a target's status line can be forwarded. Node's parser accepts more than its `writeHead`; an Application Load Balancer
 * returns 502 for a malformed response: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
function isWellFormed({ statusCode = 0, statusMessage = "" }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode <= 999 && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage);
}

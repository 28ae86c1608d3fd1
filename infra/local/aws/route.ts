import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isApiCall } from "./wire/index.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Who answers what on the one port. */
export interface Handlers {
  /** Calls of the AWS APIs: told by their signature or their target. */
  api: Handler;
  /** Paths below `/v2/`. */
  registry: Handler;
  /** All else, by its Host; without one there is nothing else. */
  loadBalancer?: Handler;
}

/** Sends each request to who answers it. Pages in a browser can reach loopback too: what comes from one gets neither API nor registry. */
export function route({ api, registry, loadBalancer = nothingThere }: Handlers): RequestListener {
  return (request, response) => {
    const handler = isApiCall(request) ? api : isRegistryPath(request.url) ? registry : loadBalancer;
    if (handler !== loadBalancer && request.headers.origin !== undefined) refuse(response);
    else void handler(request, response);
  };
}

function isRegistryPath(url = "/"): boolean {
  return url === "/v2" || url.startsWith("/v2/") || url.startsWith("/v2?");
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain", connection: "close" });
  response.end("The local AWS takes no requests from web pages (this one has an Origin header).\n");
}

function nothingThere(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "content-type": "text/plain" });
  response.end("No load balancer runs here.\n");
}

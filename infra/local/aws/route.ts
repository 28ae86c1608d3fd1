import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { LoadBalancer } from "./ecs/runtime.js";
import { isApiCall } from "./wire/index.js";

/** A load balancer that also takes requests. */
export interface ServingLoadBalancer extends LoadBalancer {
  handle(request: IncomingMessage, response: ServerResponse): unknown;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Who answers what on the one port. */
export interface Handlers {
  /** Calls of the AWS APIs: told by their signature or their target. */
  api: Handler;
  /** Paths below `/v2/`. */
  registry: Handler;
  /** All else, by its Host. */
  loadBalancer: ServingLoadBalancer;
}

/** Sends each request to who answers it. Pages in a browser can reach loopback too: what comes from one gets neither API nor registry. */
export function route({ api, registry, loadBalancer }: Handlers): RequestListener {
  return (request, response) => {
    const handler = isApiCall(request) ? api : isRegistryPath(request.url) ? registry : undefined;
    if (!handler) loadBalancer.handle(request, response);
    else if (request.headers.origin !== undefined) refuse(response);
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

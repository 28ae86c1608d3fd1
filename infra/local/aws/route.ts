import type { IncomingMessage, ServerResponse } from "node:http";
import type { Handler } from "../http/server.js";
import type { LoadBalancer } from "./ecs/task-runtime.js";
import { isApiCall } from "./protocol/index.js";

/** A load balancer that also takes requests. */
export interface ServingLoadBalancer extends LoadBalancer {
  handle(request: IncomingMessage, response: ServerResponse): unknown;
}

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
export function route({ api, registry, loadBalancer }: Handlers): Handler {
  return (request, response) => {
    const handler = isApiCall(request) ? api : isRegistryPath(request.url) ? registry : undefined;
    if (!handler) return loadBalancer.handle(request, response);
    if (request.headers.origin !== undefined) return refuse(response);
    return handler(request, response);
  };
}

function isRegistryPath(url = "/"): boolean {
  return url === "/v2" || url.startsWith("/v2/") || url.startsWith("/v2?");
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain", connection: "close" });
  response.end("The local AWS takes no requests from web pages (this one has an Origin header).\n");
}

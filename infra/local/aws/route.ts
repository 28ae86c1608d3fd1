import type { IncomingMessage, ServerResponse } from "node:http";
import type { Handler } from "../http/server.js";
import type { LoadBalancer } from "./ecs/task-runtime.js";
import { isApiCall } from "./protocol/index.js";

/** Load balancer that handles HTTP requests. */
export interface ServingLoadBalancer extends LoadBalancer {
  handle(request: IncomingMessage, response: ServerResponse): unknown;
}

/** Handlers behind the one port. */
export interface Handlers {
  /** Calls of AWS APIs: requests with a signature or an X-Amz-Target. */
  api: Handler;
  /** Paths below `/v2/`. */
  registry: Handler;
  /** All other requests, by their Host. */
  loadBalancer: ServingLoadBalancer;
}

/** Routes each request to its handler. Web pages can reach loopback too: requests with an Origin get neither API nor registry. */
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
  response.end("The local AWS accepts no requests from web pages (this request has an Origin header).\n");
}

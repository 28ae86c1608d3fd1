import { createServer } from "node:http";

const routes = {
  "/": { message: "Hello from Node.js" },
  "/healthz": { status: "ok" },
};

/** Creates the HTTP server. Every response carries the version in a header. */
export function createApp(version = "dev") {
  return createServer((request, response) => {
    const body = routes[new URL(request.url, "http://localhost").pathname];
    response.writeHead(body ? 200 : 404, { "content-type": "application/json", "x-version": version });
    response.end(JSON.stringify(body ?? { error: "not found" }));
  });
}

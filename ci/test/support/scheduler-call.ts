import type { IncomingMessage } from "node:http";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";

/** Returns the operation of a request to EventBridge Scheduler: `GET /schedules` with a query, or `GET /schedules/NAME?groupName=GROUP`. */
export function schedulerCall(request: IncomingMessage): { operation: string; input: JsonObject } {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [, resource, name] = url.pathname.split("/");
  if (request.method !== "GET" || resource !== "schedules")
    return { operation: `${request.method} ${url.pathname}`, input: {} };
  const query = Object.fromEntries(url.searchParams);
  if (name === undefined) return { operation: "ListSchedules", input: query };
  return { operation: "GetSchedule", input: { Name: decodeURIComponent(name), GroupName: query.groupName ?? "" } };
}

import { request } from "node:http";
import type { Clock } from "../clock.js";
import type { CheckResult } from "./target-health.js";

/**
 * Checks a target's health once. Never rejects. Opens a new connection, because the address may belong to another task next time. The status
 * decides; a body still incomplete after `timeout` milliseconds is cut off.
 */
export function checkTarget(
  { ip, port }: { ip: string; port: number },
  path: string,
  timeout: number,
  clock: Clock,
): { result: Promise<CheckResult>; cancel: () => void } {
  const headers = { host: `${ip}:${port}`, "user-agent": "ELB-HealthChecker/2.0", connection: "close" };
  const call = request({ host: ip, port, path, headers, agent: false });
  const result = new Promise<CheckResult>((resolve) => {
    const cancelTimeout = clock.after(timeout, () => {
      resolve({ failure: "timeout" });
      call.destroy();
    });
    call.once("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    call.on("error", () => resolve({ failure: "connection" }));
    call.once("close", () => cancelTimeout());
    call.end();
  });
  return { result, cancel: () => call.destroy() };
}

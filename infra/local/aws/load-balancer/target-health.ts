import type { TargetHealth } from "../ecs/task-runtime.js";

/** Result of a health check: a status code, or the failure. */
export type CheckResult = { status: number } | { failure: "timeout" | "connection" };

/** Health of a target, and the number of consecutive checks with the opposite result. */
export interface HealthRecord {
  health: TargetHealth;
  against: number;
}

export const initialHealth: HealthRecord = {
  health: { state: "initial", reason: "Initial health checks in progress" },
  against: 0,
};

interface Thresholds {
  healthyThreshold: number;
  unhealthyThreshold: number;
  matcher: string;
}

/** Applies the result of a check. Pure. A new target is healthy after one success. */
export function judge({ health, against }: HealthRecord, result: CheckResult, settings: Thresholds): HealthRecord {
  const succeeded = "status" in result && matches(settings.matcher, result.status);
  const agrees = succeeded ? health.state === "healthy" : health.state === "unhealthy";
  if (agrees) return { health, against: 0 };
  // A new target becomes healthy at its first success; its failures count.
  const threshold = succeeded
    ? health.state === "initial"
      ? 1
      : settings.healthyThreshold
    : settings.unhealthyThreshold;
  if (against + 1 < threshold) return { health, against: against + 1 };
  return { health: succeeded ? { state: "healthy" } : { state: "unhealthy", reason: reasonOf(result) }, against: 0 };
}

/** Reads `200`, `200,302` and `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((range) => {
    const [low = "", high = low] = range.split("-");
    return status >= Number(low) && status <= Number(high);
  });
}

/** Returns ELB's reason text. */
function reasonOf(result: CheckResult): string {
  if ("status" in result) return `Health checks failed with these codes: [${result.status}]`;
  return result.failure === "timeout" ? "Request timed out" : "Health checks failed";
}

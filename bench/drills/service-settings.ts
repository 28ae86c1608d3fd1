import type { Scenario, ServiceSettings } from "../scenario/scenario.js";

/** Settings of the service in the drills. */
export type DrillSettings = Required<
  Pick<
    ServiceSettings,
    "desiredCount" | "minimumHealthyPercent" | "maximumPercent" | "check" | "healthCheckGracePeriodSeconds"
  >
>;

/** Settings of the production service in infra/terraform, with the target's count. */
export const terraformSettings: Omit<DrillSettings, "desiredCount"> = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  check: "both",
  healthCheckGracePeriodSeconds: 30,
};

/** Returns the scenario on a service with these settings; the scenario's own settings take precedence. */
export function onService(scenario: Scenario, settings: DrillSettings): Scenario {
  const service = { ...settings, ...scenario.service };
  const { healthCheckGracePeriodSeconds: _, ...without } = service;
  const isBalanced = service.check === "load-balancer" || service.check === "both";
  return { ...scenario, service: isBalanced ? service : without };
}

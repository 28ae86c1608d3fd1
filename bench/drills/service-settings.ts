import type { Scenario, ServiceSettings } from "../scenario/scenario.js";

/** The settings of the service that drills are played on. */
export type DrillSettings = Required<
  Pick<
    ServiceSettings,
    "desiredCount" | "minimumHealthyPercent" | "maximumPercent" | "check" | "healthCheckGracePeriodSeconds"
  >
>;

/** As infra/terraform makes the production service, but for the count, which is the target's. */
export const terraformSettings: Omit<DrillSettings, "desiredCount"> = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  check: "both",
  healthCheckGracePeriodSeconds: 30,
};

/** The scenario on a service with these settings; what the scenario itself says of the service stays. */
export function onService(scenario: Scenario, settings: DrillSettings): Scenario {
  const service = { ...settings, ...scenario.service };
  const { healthCheckGracePeriodSeconds: _, ...without } = service;
  const isBalanced = service.check === "load-balancer" || service.check === "both";
  return { ...scenario, service: isBalanced ? service : without };
}

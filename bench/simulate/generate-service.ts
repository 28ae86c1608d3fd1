import fc from "fast-check";
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { ServiceSettings } from "../scenario/scenario.js";
import { is, oneOf, sometimes } from "./arbitraries.js";

/** Most leave room to replace one task of one: the preflight check refuses the others, and the simulation ends there. */
const percents = fc.constantFrom(
  ...Array.from({ length: 6 }, () => [100, 200]),
  ...[
    [50, 200],
    [0, 100],
    [0, 200],
    [50, 100],
    [100, 150],
    [75, 125],
    [100, 110],
  ],
);

const early = fc
  .tuple(fc.constantFrom(100, 100, 75, 50), fc.constantFrom("BLOCKING", "DEFERRED"))
  .map(([healthyPercent, sourceServiceRevisionCleanup]): JsonObject => {
    return { earlySuccessCriteria: { enable: true, healthyPercent, sourceServiceRevisionCleanup } };
  });
const bake = fc.constantFrom(1, 5, 10).map((bakeTimeInMinutes): JsonObject => ({ bakeTimeInMinutes }));

/** Early success needs at least the service's minimum of healthy tasks. */
function allowed(more: JsonObject, least: number): JsonObject {
  const { deploymentConfiguration = {} } = more;
  const { earlySuccessCriteria, ...rest } = deploymentConfiguration as JsonObject;
  if (earlySuccessCriteria === undefined) return more;
  const { healthyPercent, ...criteria } = earlySuccessCriteria as JsonObject;
  const raised = { ...criteria, healthyPercent: Math.max(least, Number(healthyPercent)) };
  return { ...more, deploymentConfiguration: { ...rest, earlySuccessCriteria: raised } };
}

export const service: fc.Arbitrary<ServiceSettings> = fc
  .tuple(
    sometimes<
      Omit<
        ServiceSettings,
        | "minimumHealthyPercent"
        | "maximumPercent"
        | "healthCheckGracePeriodSeconds"
        | "container"
        | "sidecars"
        | "instances"
        | "strategy"
        | "testRule"
        | "network"
      >
    >({
      desiredCount: [
        6,
        oneOf(
          [280, fc.integer({ min: 1, max: 4 })],
          [40, is(0)],
          [60, fc.integer({ min: 5, max: 10 })],
          [10, fc.integer({ min: 11, max: 40 })],
          // More tasks than one page or one describe call holds.
          [2, fc.integer({ min: 101, max: 130 })],
        ),
      ],
      breaker: [2, fc.constantFrom("rollback", "stop", "off")],
      breakerSettings: [
        1,
        fc.constantFrom(
          { resetOnHealthyTask: false },
          { thresholdConfiguration: { type: "COUNT", value: 1 } },
          { thresholdConfiguration: { type: "COUNT", value: 20 } },
          { thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 25 } },
          { resetOnHealthyTask: false, thresholdConfiguration: { type: "COUNT", value: 5 } },
          { thresholdConfiguration: { type: "UNBOUNDED_PERCENT", value: 100 } },
        ),
      ],
      alarms: [1, is(["errors"])],
      hooks: [0, is([])],
      more: [1, oneOf([3, early], [1, bake]).map((deploymentConfiguration) => ({ deploymentConfiguration }))],
      check: [5, fc.constantFrom("none", "container", "load-balancer", "both")],
    }),
    percents,
    fc.constantFrom(0, 0, 30, 120),
  )
  .map(([settings, [minimumHealthyPercent = 100, maximumPercent = 200], grace]) => ({
    ...settings,
    ...(settings.more && { more: allowed(settings.more, minimumHealthyPercent) }),
    ...(minimumHealthyPercent !== 100 && { minimumHealthyPercent }),
    ...(maximumPercent !== 200 && { maximumPercent }),
    ...(grace > 0 && { healthCheckGracePeriodSeconds: grace }),
  }));

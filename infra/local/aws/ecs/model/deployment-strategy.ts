import type { JsonObject } from "../../protocol/service.js";
import { object } from "./task-definition-json.js";

/** Returns the strategy of a deployment configuration's members as in the request. */
export const deploymentStrategyOf = ({ strategy }: JsonObject): string =>
  typeof strategy === "string" ? strategy : "ROLLING";

/** Settings of LINEAR and CANARY that a request omits: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
export const linearDefaults = { stepPercent: 10, stepBakeTimeInMinutes: 6 };
export const canaryDefaults = { canaryPercent: 5, canaryBakeTimeInMinutes: 10 };

/** Steps of a production traffic shift. */
interface TrafficSteps {
  /** Percent of production traffic for the new revision after each step; the last one is 100. */
  steps: number[];
  /** Wait between two steps, in milliseconds. */
  stepWait: number;
}

/**
 * Returns the steps of a strategy with traffic shifts, with the API's defaults; undefined for ROLLING.
 *
 * @param minute Length of a minute, in milliseconds.
 */
export function trafficStepsOf(extra: JsonObject, minute = 60_000): TrafficSteps | undefined {
  switch (deploymentStrategyOf(extra)) {
    case "BLUE_GREEN":
      return { steps: [100], stepWait: 0 };
    case "LINEAR": {
      const { stepPercent, stepBakeTimeInMinutes } = { ...linearDefaults, ...object(extra.linearConfiguration) };
      // In tenths of a percent, because sums of decimals are not exact.
      const tenths = Math.round(Number(stepPercent) * 10);
      const steps = Array.from({ length: Math.ceil(1_000 / tenths) }, (_, index) => ((index + 1) * tenths) / 10);
      return {
        steps: steps.map((percent) => Math.min(100, percent)),
        stepWait: Number(stepBakeTimeInMinutes) * minute,
      };
    }
    case "CANARY": {
      const { canaryPercent, canaryBakeTimeInMinutes } = { ...canaryDefaults, ...object(extra.canaryConfiguration) };
      const steps = [...new Set([Number(canaryPercent), 100])];
      return { steps, stepWait: Number(canaryBakeTimeInMinutes) * minute };
    }
    default:
      return undefined;
  }
}

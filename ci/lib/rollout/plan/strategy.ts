import { isDeepStrictEqual } from "node:util";
import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { present } from "../../common/present.js";
import { shiftDefaults } from "../../ecs/shift-plan.js";
import { optionOf, type StrategyName, type StrategyOverride } from "./strategy-arguments.js";

/** Deployment strategy of a service, with ECS's defaults filled in. */
export interface Strategy {
  name: StrategyName;
  /** Percent of production traffic of a canary, or of each linear step. */
  percent?: number;
  /** Minutes between two shifts of production traffic. */
  stepBake?: number;
  /** Minutes that both revisions stay up after all production traffic has shifted; absent where the service states none. */
  bake?: number;
}

/** Change of a service's strategy. */
export interface StrategyChange {
  from: Strategy;
  to: Strategy;
  /** The whole deployment configuration that UpdateService gets: ECS need not keep what a request leaves out. */
  configuration: DeploymentConfiguration;
  /** The service gets `from` back after the rollout. */
  once?: true;
}

/** Returns the strategy of a deployment configuration. Pure. */
export function strategyOf(configuration: DeploymentConfiguration = {}): Strategy {
  const { strategy: name = "ROLLING", bakeTimeInMinutes, linearConfiguration, canaryConfiguration } = configuration;
  const bake = present({ bake: bakeTimeInMinutes });
  switch (name) {
    case "LINEAR": {
      const { stepPercent: percent, stepBakeTimeInMinutes: stepBake } = linearConfiguration ?? {};
      return { name, ...defaults.LINEAR, ...present({ percent, stepBake }), ...bake };
    }
    case "CANARY": {
      const { canaryPercent: percent, canaryBakeTimeInMinutes: stepBake } = canaryConfiguration ?? {};
      return { name, ...defaults.CANARY, ...present({ percent, stepBake }), ...bake };
    }
    default:
      return { name, ...bake };
  }
}

const defaults: Record<StrategyName, Pick<Strategy, "percent" | "stepBake">> = {
  ROLLING: {},
  BLUE_GREEN: {},
  ...shiftDefaults,
};

/**
 * Returns the change that a requested strategy makes to a service; undefined where the service has it already. Pure.
 * @param current The service's deployment configuration.
 */
export function strategyChange(
  current: DeploymentConfiguration | undefined,
  wanted: StrategyOverride | undefined,
  once = false,
): StrategyChange | undefined {
  if (!wanted) return undefined;
  const from = strategyOf(current);
  const { name } = wanted;
  const inherited =
    from.name === name ? from : { ...defaults[name], ...present({ bake: inheritedBake(current, name) }) };
  const to: Strategy = { ...inherited, ...wanted };
  if (isDeepStrictEqual(from, to)) return undefined;
  return { from, to, configuration: configurationWith(current, to), ...(once && { once: true }) };
}

/** The bake time of a rolling deployment belongs to its alarms, and that of the other strategies to the shift of the traffic. */
function inheritedBake(current: DeploymentConfiguration | undefined, name: StrategyName): number | undefined {
  if (name === "ROLLING") return current?.alarms?.enable ? undefined : 0;
  return strategyOf(current).name === "ROLLING" ? undefined : current?.bakeTimeInMinutes;
}

/** Returns a deployment configuration with another strategy, and with everything else as it is. Pure. */
export function configurationWith(
  current: DeploymentConfiguration | undefined,
  { name, percent, stepBake, bake }: Strategy,
): DeploymentConfiguration {
  const { linearConfiguration: _, canaryConfiguration: __, bakeTimeInMinutes: ___, ...rest } = current ?? {};
  return {
    ...rest,
    strategy: name,
    ...present({ bakeTimeInMinutes: bake }),
    ...(name === "LINEAR" && {
      linearConfiguration: present({ stepPercent: percent, stepBakeTimeInMinutes: stepBake }),
    }),
    ...(name === "CANARY" && {
      canaryConfiguration: present({ canaryPercent: percent, canaryBakeTimeInMinutes: stepBake }),
    }),
  };
}

/** Describes a strategy, such as `CANARY (10 % first, the rest 10 min later, 5 min of bake time)`. */
export function strategyText({ name, percent, stepBake, bake }: Strategy): string {
  const parts = [
    ...(name === "LINEAR" ? [`${percent} % a step, ${stepBake} min between steps`] : []),
    ...(name === "CANARY" ? [`${percent} % first, the rest ${stepBake} min later`] : []),
    ...(bake === undefined || (name === "ROLLING" && bake === 0) ? [] : [`${bake} min of bake time`]),
  ];
  return parts.length > 0 ? `${name} (${parts.join(", ")})` : name;
}

/** Returns the options of deploy that set a strategy, such as `--strategy canary --percent 10 --step-bake 5 --bake 0`. */
export function strategyOptions({ name, percent, stepBake, bake }: Strategy): string {
  const options = {
    strategy: optionOf(name),
    percent,
    "step-bake": stepBake,
    bake: name === "ROLLING" ? undefined : bake,
  };
  return Object.entries(present(options))
    .map(([option, value]) => `--${option} ${value}`)
    .join(" ");
}

/** Encodes a strategy and the bake time as a tag's value: the state from which a later call restores it. */
export function strategyTag({ name, percent, stepBake, bake }: Strategy): string {
  return [name, percent, stepBake, bake].map((part) => part ?? "-").join(":");
}

/** Decodes `strategyTag`; undefined for any other text. */
export function parseStrategyTag(text: string | undefined): Strategy | undefined {
  const [, name, ...parts] = /^(ROLLING|BLUE_GREEN|LINEAR|CANARY):([\d.]+|-):(\d+|-):(\d+|-)$/.exec(text ?? "") ?? [];
  if (name === undefined) return undefined;
  const [percent, stepBake, bake] = parts.map((part) => (part === "-" ? undefined : Number(part)));
  return { name: name as StrategyName, ...present({ percent, stepBake, bake }) };
}

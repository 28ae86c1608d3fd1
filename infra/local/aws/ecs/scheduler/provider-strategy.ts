import type { StrategyItem } from "../model/ecs-state.js";

/**
 * Returns the capacity provider of the next task: each provider's `base` is filled first, then tasks are shared by weight.
 *
 * @param running Providers of the running tasks.
 */
export function nextProvider(strategy: readonly StrategyItem[], running: readonly (string | undefined)[]): string {
  const count = (provider: string) => running.filter((each) => each === provider).length;
  const short = strategy.find(({ capacityProvider, base }) => count(capacityProvider) < base);
  if (short !== undefined) return short.capacityProvider;
  const weighted = strategy.filter(({ weight }) => weight > 0);
  const [next] = (weighted.length > 0 ? weighted : strategy)
    .map(({ capacityProvider, weight, base }) => ({
      capacityProvider,
      load: (count(capacityProvider) - base + 1) / Math.max(weight, 1),
    }))
    .sort((a, b) => a.load - b.load);
  return next?.capacityProvider ?? "";
}

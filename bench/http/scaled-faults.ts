import type { FaultRule } from "../../infra/local/aws/index.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Keys } from "./sdk-clients.js";

/** What goes wrong with the deployer's calls, and only with those; as much sooner and shorter as all else. Clocks are as wrong as ever. */
export function faultsOf({ aws }: Scenario, { AccessKeyId }: Keys, factor: number): FaultRule[] {
  return (aws?.faults ?? []).map((rule) => {
    const { from, until } = rule;
    return {
      accessKeyId: AccessKeyId,
      ...rule,
      ...(from !== undefined && { from: from / factor }),
      ...(until !== undefined && { until: until / factor }),
      ...("by" in rule && rule.kind !== "skewed" && { by: rule.by / factor }),
    };
  });
}

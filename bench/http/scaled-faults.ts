import type { FaultRule } from "../../infra/local/aws/index.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Keys } from "./sdk-call.js";

/** Returns the faults of the deployer's calls, with their times divided by the speed's factor. A clock's offset stays as it is. */
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

import { isDeepStrictEqual } from "node:util";
import { abort, sdk } from "../aws/sdk.js";
import { SlipwayError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { present } from "../common/present.js";
import { describeService } from "../ecs/service.js";
import { sendOnce } from "./calls/send-once.js";
import {
  configurationWith,
  parseStrategyTag,
  type Strategy,
  strategyOf,
  strategyOptions,
  strategyText,
} from "./plan/strategy.js";
import type { Session } from "./session.js";
import type { Started } from "./start/find-rollout.js";
import type { Verdict } from "./verdicts.js";

/** Strategy of a rollout that changed it, and what the service has afterwards. */
export interface StrategyResult {
  /** Absent where an earlier call began the rollout. */
  from?: Strategy;
  to: Strategy;
  /** `kept`, `restored`, or the reason for which the former strategy was not restored. */
  afterwards: string;
}

const notYet = "not restored yet";

/** Returns true where the same command restores the strategy once the rollout has ended. */
export function isRestoredLater({ afterwards }: StrategyResult): boolean {
  return afterwards.startsWith(notYet);
}

/** The rollout has not ended: the strategy is in use, and the same command restores it later. */
const unfinished: ReadonlySet<Verdict> = new Set(["shifted", "paused", "timed-out"]);

/**
 * Gives the service its former strategy back where the deploy changed it for one rollout only. Changing the deployment configuration
 * alone begins no deployment. A failure is reported and changes no verdict.
 * @returns undefined where the deploy changed no strategy.
 */
export async function restoreStrategy(
  session: Session,
  { service: { strategy }, restore }: Pick<Started, "service" | "restore">,
  verdict: Verdict,
): Promise<StrategyResult | undefined> {
  const former = parseStrategyTag(restore);
  if (!former) return strategy && { from: strategy.from, to: strategy.to, afterwards: "kept" };
  try {
    return await restoreTo(session, former, strategy?.to, verdict);
  } catch (error) {
    session.signal?.throwIfAborted();
    if (!(error instanceof SlipwayError) && !("$fault" in (error as Error))) throw error;
    const to = strategy?.to ?? former;
    return { from: former, to, afterwards: `not restored: ${neutral((error as Error).message)}` };
  }
}

async function restoreTo(
  session: Session,
  former: Strategy,
  used: Strategy | undefined,
  verdict: Verdict,
): Promise<StrategyResult> {
  const { cluster, service: name } = session.target;
  const { deploymentConfiguration } = await describeService(session.aws, session.target, session.signal);
  const to = strategyOf(deploymentConfiguration);
  const result = { from: former, to: used ?? to };
  if (isDeepStrictEqual(to, former)) return { ...result, afterwards: "restored" };
  // ECS fills in a bake time that the deploy left to it.
  if (used && !isDeepStrictEqual(to, { ...present({ bake: to.bake }), ...used }))
    return { ...result, afterwards: `not restored: the service was set to ${strategyText(to)} meanwhile` };
  if (unfinished.has(verdict))
    return { ...result, afterwards: `${notYet}: the verdict is ${verdict}; the same command restores it later` };
  if (verdict === "superseded")
    return {
      ...result,
      afterwards: `not restored: the deployment that replaced this one may use it; a later deploy with ${strategyOptions(former)} restores it`,
    };
  await sendOnce(session, "UpdateService", () =>
    session.aws.ecs.send(
      new sdk.ecs.UpdateServiceCommand({
        cluster,
        service: name,
        deploymentConfiguration: configurationWith(deploymentConfiguration, former),
      }),
      abort(session),
    ),
  );
  session.progress(`Restored the strategy ${strategyText(former)}.`);
  return { ...result, afterwards: "restored" };
}

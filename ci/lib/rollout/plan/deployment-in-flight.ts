import type { ListedDeployment, ReadableDeployments } from "../../ecs/service-deployments.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import { isBeingEnded, isFinished } from "../../ecs/states.js";

/** Returns the newest listed deployment that has not ended. */
export function unfinishedOf({ listed }: ReadableDeployments): ListedDeployment | undefined {
  return listed.find((one) => !isFinished(one.status));
}

/**
 * Describes a deployment in flight. Pure.
 * @returns `state` for the end of a sentence, such as `IN_PROGRESS at BAKE_TIME with 100 % of the production traffic`; `next` is a sentence.
 */
export function describeInFlight(status: string, view?: ServiceDeploymentView): { state: string; next: string } {
  const { lifecycleStage: stage, productionWeight: weight, waitingHooks: hooks = [] } = view ?? {};
  const at = stage === undefined ? "" : ` at ${stage}`;
  const share = weight === undefined ? "" : ` with ${weight} % of the production traffic`;
  const waits = hooks.length === 0 ? "" : `; it waits for a user at ${hooks.map(({ hookId }) => hookId).join(", ")}`;
  return { state: `${status}${at}${share}${waits}`, next: nextAfter(status, stage, hooks.length > 0) };
}

function nextAfter(status: string, stage: string | undefined, waits: boolean): string {
  if (isBeingEnded(status)) return "Follow it to its end with watch, then deploy again.";
  if (waits) return "Go on with continue or roll it back with abort, wait for its end with watch, then deploy again.";
  const end = stage === "BAKE_TIME" ? "the end of its bake time" : "its end";
  return `Wait for ${end} with watch, or roll it back with abort; then deploy again.`;
}

/** Returns the newest service deployment of a revision. */
export function latestOf(known: ReadableDeployments, taskDefinition: string): ListedDeployment | undefined {
  return known.listed
    .filter((one) => one.taskDefinition === taskDefinition)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

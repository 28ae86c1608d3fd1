import { InputError } from "../../common/errors.js";
import type { Target } from "../../config/target.js";
import type { CurrentService } from "../../ecs/service.js";
import type { ListedDeployment, ReadableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";

/**
 * Refuses a deploy while another deployment is in flight: a new one would replace it, and one that begins during a rollback has nothing
 * to return to and can stall.
 * @throws InputError that names the deployment in flight.
 */
export function refuseBusy(target: Target, now: CurrentService, known: ReadableDeployments): void {
  const busy = inFlight(now, known);
  if (!busy) return;
  throw new InputError(
    "deployment-in-flight",
    `Service "${target.service}" is being deployed to: ${busy}. Wait for its end or stop it, then deploy again.`,
  );
}

function inFlight({ service }: CurrentService, known: ReadableDeployments): string | undefined {
  const unfinished = known.listed.find((one) => !isFinished(one.status));
  if (unfinished) return `${unfinished.arn} to ${unfinished.taskDefinition} is ${unfinished.status}`;
  const primary = primaryOf(service);
  // Its service deployment may not be listed yet. A listed one has ended, and its old tasks leave on their own.
  if (primary?.rolloutState !== "IN_PROGRESS" || latestOf(known, primary.taskDefinition ?? "")) return undefined;
  return `${primary.id} to ${primary.taskDefinition} is IN_PROGRESS`;
}

/** Returns the newest service deployment of a revision. */
export function latestOf(known: ReadableDeployments, taskDefinition: string): ListedDeployment | undefined {
  return known.listed
    .filter((one) => one.taskDefinition === taskDefinition)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

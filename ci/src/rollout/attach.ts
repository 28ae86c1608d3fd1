import { InputError } from "../errors.js";
import type { Target } from "../target.js";
import type { ServiceNow } from "./read.js";
import type { Release } from "./release.js";
import { isFinished, type KnownDeployments, type ListedDeployment } from "./service-deployments.js";
import type { Subject } from "./snapshot.js";

/**
 * The rollout that has set the service to this very version and image, if it is in flight or ended well: watching it again gives
 * its verdict, and nothing has to be changed. One that failed or was stopped is not taken up: a new attempt follows. Pure.
 */
export function attach(
  target: Target,
  now: ServiceNow,
  known: KnownDeployments,
  release: Release,
  deadline: number,
): Subject | undefined {
  const { running, service } = now;
  if (running.digest !== release.digest || running.version !== release.version) return undefined;
  const primary = service.deployments?.find((one) => one.status === "PRIMARY");
  const subject: Subject = {
    taskDefinition: running.taskDefinition,
    container: target.container,
    digests: [release.digest],
    registeredAt: registeredAt(now),
    deadline,
    ...(primary?.id !== undefined && { deploymentId: primary.id }),
  };
  const latest = latestOf(known, running.taskDefinition);
  if (latest) {
    const isTaken = latest.status === "SUCCESSFUL" || !isFinished(latest.status);
    return isTaken ? { ...subject, serviceDeploymentArn: latest.arn } : undefined;
  }
  if (primary?.rolloutState === "FAILED") return undefined;
  // The list lags: what has just begun is looked for again while it is watched.
  if (primary?.rolloutState === "IN_PROGRESS" && !known.classicOnly) return subject;
  return { ...subject, classicOnly: known.classicOnly ?? "ECS keeps them for 90 days, and this one is gone" };
}

/**
 * A deployment begun while another is unfinished replaces it, and one begun during a rollback has nothing to return to and can
 * stall: both are left alone.
 * @throws InputError that names the one in flight.
 */
export function refuseBusy(target: Target, now: ServiceNow, known: KnownDeployments): void {
  const busy = inFlight(now, known);
  if (!busy) return;
  throw new InputError(
    "deployment-in-flight",
    `Service "${target.service}" is being deployed to: ${busy}. Wait for its end, or stop it, and deploy again.`,
  );
}

function inFlight({ service }: ServiceNow, known: KnownDeployments): string | undefined {
  const unfinished = known.listed.find((one) => !isFinished(one.status));
  if (unfinished) return `${unfinished.arn} to ${unfinished.taskDefinition} is ${unfinished.status}`;
  const primary = service.deployments?.find((one) => one.status === "PRIMARY");
  // Its service deployment may not be listed yet. One that is listed has ended: what is left settles by itself.
  if (primary?.rolloutState !== "IN_PROGRESS" || latestOf(known, primary.taskDefinition ?? "")) return undefined;
  return `${primary.id} to ${primary.taskDefinition} is IN_PROGRESS`;
}

function latestOf(known: KnownDeployments, taskDefinition: string): ListedDeployment | undefined {
  return known.listed
    .filter((one) => one.taskDefinition === taskDefinition)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

/** Of the service's current revision, in milliseconds on AWS's clock. */
export function registeredAt(now: ServiceNow): number {
  return Number(now.current.taskDefinition.registeredAt ?? 0) * 1000;
}

import { InputError } from "../errors.js";
import type { Target } from "../target.js";
import type { ServiceNow } from "./read.js";
import type { Release } from "./release.js";
import { isFinished, type KnownDeployments } from "./service-deployments.js";
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
  const [latest] = known.listed
    .filter((one) => one.taskDefinition === running.taskDefinition)
    .sort((a, b) => b.createdAt - a.createdAt);
  if (latest) {
    const isTaken = latest.status === "SUCCESSFUL" || !isFinished(latest.status);
    return isTaken ? { ...subject, serviceDeploymentArn: latest.arn } : undefined;
  }
  if (primary?.rolloutState === "FAILED") return undefined;
  return { ...subject, classicOnly: known.classicOnly ?? "ECS keeps them for 90 days, and this one is gone" };
}

/**
 * A deployment begun while another is unfinished replaces it, and one begun during a rollback has nothing to return to and can
 * stall: both are left alone.
 * @throws InputError that names the one in flight.
 */
export function refuseBusy(target: Target, now: ServiceNow, known: KnownDeployments): void {
  const primary = now.service.deployments?.find((one) => one.status === "PRIMARY");
  const unfinished = known.listed.find((one) => !isFinished(one.status));
  const classic = known.classicOnly && primary?.rolloutState === "IN_PROGRESS" ? primary : undefined;
  if (!unfinished && !classic) return;
  const which = unfinished
    ? `${unfinished.arn} to ${unfinished.taskDefinition} is ${unfinished.status}`
    : `${classic?.id} to ${classic?.taskDefinition} is IN_PROGRESS`;
  throw new InputError(
    "deployment-in-flight",
    `Service "${target.service}" is being deployed to: ${which}. Wait for its end, or stop it, and deploy again.`,
  );
}

/** Of the service's current revision, in milliseconds on AWS's clock. */
export function registeredAt(now: ServiceNow): number {
  return Number(now.current.taskDefinition.registeredAt ?? 0) * 1000;
}

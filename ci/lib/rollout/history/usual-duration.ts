import { isDeepStrictEqual } from "node:util";
import type { Service } from "@aws-sdk/client-ecs";
import { readService } from "../../ecs/service.js";
import { describeServiceDeployments, listRecent } from "../../ecs/service-deployments.js";
import { type ShiftPlan, shiftPlanOf } from "../../ecs/shift-plan.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import { formatProgressEvent, type ProgressEvent } from "../progress-event.js";
import type { Session } from "../session.js";

type UsualDuration = ProgressEvent & { type: "usual" };

/** Number of deployments that are searched: those that ECS describes in one call. */
const searched = 20;
/** Fewer deployments show nothing usual. */
const fewest = 3;

/**
 * Returns the median duration of successful deployments with the same strategy, steps and waits; undefined with fewer than three. The
 * first deployment of a service replaces nothing and does not count. ECS keeps the start and the end of a deployment and no times of its stages. Pure.
 */
export function usualDuration(
  deployments: readonly ServiceDeploymentView[],
  shift: ShiftPlan | undefined,
): UsualDuration | undefined {
  const durations = deployments
    .filter((one) => one.status === "SUCCESSFUL" && one.sources.length > 0 && isDeepStrictEqual(one.shift, shift))
    .flatMap(({ createdAt, finishedAt }) => (finishedAt === undefined ? [] : finishedAt - createdAt))
    .sort((a, b) => a - b);
  if (durations.length < fewest) return undefined;
  const median = durations[Math.floor((durations.length - 1) / 2)] ?? 0;
  const strategy = shift?.strategy ?? "ROLLING";
  return { type: "usual", strategy, seconds: Math.round(median / 1000), deployments: durations.length };
}

/**
 * Reads the usual duration of a service's deployments. It is a convenience: where it can't be read there is none.
 * @param service Default: as ECS returns it.
 */
export async function readUsualDuration(session: Session, service?: Service): Promise<UsualDuration | undefined> {
  try {
    const { deploymentConfiguration } =
      service ?? (await readService(session.aws, session.target, session.signal)).service;
    const briefs = (await listRecent(session, searched)).filter(({ status }) => status === "SUCCESSFUL");
    if (briefs.length < fewest) return undefined;
    const arns = briefs.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn);
    return usualDuration(await describeServiceDeployments(session, arns), shiftPlanOf(deploymentConfiguration));
  } catch {
    session.signal?.throwIfAborted();
    return undefined;
  }
}

/** Reports the usual duration, where there is one. */
export function reportUsual({ progress }: Pick<Session, "progress">, usual: UsualDuration | undefined): void {
  if (usual) progress(formatProgressEvent(usual), usual);
}

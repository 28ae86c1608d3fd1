import type { Aws } from "../aws/clients.js";
import { AccessDeniedError } from "../aws/errors.js";
import type { Target } from "../config/target.js";
import type { Running } from "../ecs/containers.js";
import type { EcsContext } from "../ecs/context.js";
import { readService } from "../ecs/service.js";
import { describeServiceDeployments, listRecent } from "../ecs/service-deployments.js";
import { type DeploymentView, type EventView, primaryOf, type ServiceDeploymentView } from "../ecs/snapshot.js";
import { isFinished } from "../ecs/states.js";
import { serviceView } from "../ecs/views.js";
import { type Strategy, strategyOf } from "./plan/strategy.js";

/** Current state of the service. */
export interface ServiceStatus extends Running {
  service: string;
  cluster: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  /** Settings of a strategy that shifts traffic; absent for ROLLING. */
  strategy?: Strategy;
  deployments: DeploymentView[];
  /** The service deployment in flight: its stage, weights and hooks; absent where there is none, or where it can't be read. */
  inFlight?: ServiceDeploymentView;
  /** The last ten, newest first. */
  events: EventView[];
}

/** @throws InputError when the service does not exist, or is of a kind that Slipway does not deploy to. */
export async function readStatus(aws: Aws, target: Target, signal?: AbortSignal): Promise<ServiceStatus> {
  const { service, running } = await readService(aws, target, signal);
  const { desiredCount, runningCount, pendingCount, deployments, events } = serviceView(service);
  const counts = { desiredCount, runningCount, pendingCount };
  const { service: name, cluster } = target;
  const isMoving = deployments.length > 1 || primaryOf({ deployments })?.rolloutState === "IN_PROGRESS";
  const inFlight = isMoving ? await readInFlight({ aws, target, ...(signal && { signal }) }) : undefined;
  const strategy = strategyOf(service.deploymentConfiguration);
  const now = { service: name, cluster, ...running, ...counts, deployments, events: events.slice(0, 10) };
  return { ...now, ...(strategy.name !== "ROLLING" && { strategy }), ...(inFlight && { inFlight }) };
}

async function readInFlight(context: EcsContext): Promise<ServiceDeploymentView | undefined> {
  try {
    const [newest] = await listRecent(context, 1);
    if (newest?.serviceDeploymentArn === undefined || isFinished(newest.status ?? "")) return undefined;
    return (await describeServiceDeployments(context, [newest.serviceDeploymentArn]))[0];
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return undefined;
  }
}

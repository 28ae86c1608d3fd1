import type { Aws } from "../aws/clients.js";
import { AccessDeniedError } from "../aws/errors.js";
import type { Target } from "../config/target.js";
import type { Running } from "../ecs/containers.js";
import type { EcsContext } from "../ecs/context.js";
import { readService } from "../ecs/service.js";
import { describeServiceDeployments, listRecent } from "../ecs/service-deployments.js";
import type { DeploymentView, EventView, ServiceDeploymentView } from "../ecs/snapshot.js";
import { isFinished } from "../ecs/states.js";
import { briefView, serviceView } from "../ecs/views.js";
import { type DeploymentOutcome, outcomeOf } from "./history/deployment-record.js";
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
  /** The newest service deployment where it has ended without success; absent where it can't be read. */
  failed?: { deployment: ServiceDeploymentView; ending: DeploymentOutcome };
  /** The last ten, newest first. */
  events: EventView[];
}

/** @throws InputError when the service does not exist, or is of a kind that Slipway does not deploy to. */
export async function readStatus(aws: Aws, target: Target, signal?: AbortSignal): Promise<ServiceStatus> {
  const { service, running } = await readService(aws, target, signal);
  const { desiredCount, runningCount, pendingCount, deployments, events } = serviceView(service);
  const counts = { desiredCount, runningCount, pendingCount };
  const { service: name, cluster } = target;
  const newest = await readNewest({ aws, target, ...(signal && { signal }) });
  const strategy = strategyOf(service.deploymentConfiguration);
  const now = { service: name, cluster, ...running, ...counts, deployments, events: events.slice(0, 10) };
  return { ...now, ...(strategy.name !== "ROLLING" && { strategy }), ...newest };
}

/** Reads the newest service deployment: its details while it is in flight, and else what the list has of a failure. */
async function readNewest(context: EcsContext): Promise<Pick<ServiceStatus, "inFlight" | "failed">> {
  try {
    const [newest] = await listRecent(context, 1);
    if (newest?.serviceDeploymentArn === undefined) return {};
    const deployment = briefView(newest);
    if (isFinished(deployment.status)) {
      const ending = outcomeOf(deployment);
      return ending === "deployed" ? {} : { failed: { deployment, ending } };
    }
    const [inFlight] = await describeServiceDeployments(context, [newest.serviceDeploymentArn]);
    return inFlight ? { inFlight } : {};
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return {};
  }
}

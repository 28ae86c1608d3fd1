import type { Aws } from "../aws/clients.js";
import type { Target } from "../config/target.js";
import type { Running } from "../ecs/containers.js";
import { readService } from "../ecs/service.js";
import type { DeploymentView, EventView } from "../ecs/snapshot.js";
import { serviceView } from "../ecs/views.js";

/** Current state of the service. */
export interface ServiceStatus extends Running {
  service: string;
  cluster: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  deployments: DeploymentView[];
  /** The last ten, newest first. */
  events: EventView[];
}

/** @throws InputError when the service does not exist, or is of a kind that Slipway does not deploy to. */
export async function readStatus(aws: Aws, target: Target, signal?: AbortSignal): Promise<ServiceStatus> {
  const { service, running } = await readService(aws, target, signal);
  const { desiredCount, runningCount, pendingCount, deployments, events } = serviceView(service);
  const counts = { desiredCount, runningCount, pendingCount };
  const { service: name, cluster } = target;
  return { service: name, cluster, ...running, ...counts, deployments, events: events.slice(0, 10) };
}

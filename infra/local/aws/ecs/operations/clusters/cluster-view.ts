import type { ClusterRecord, EcsState } from "../../model/ecs-state.js";
import { instancesOf } from "../../scheduler/task-placement.js";
import type { JsonObject } from "../common/operation-context.js";
import { tagsOf } from "../resource-tags.js";

/** Returns the services and tasks of a cluster, including stopped ones. */
export function clusterContents(state: EcsState, cluster: ClusterRecord) {
  return {
    services: Object.values(state.services).filter((service) => service.clusterArn === cluster.arn),
    tasks: Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn),
  };
}

/** Returns a cluster as the API returns it, with the parts that `include` names. */
export function clusterView(state: EcsState, cluster: ClusterRecord, include: readonly string[]): JsonObject {
  const { services, tasks } = clusterContents(state, cluster);
  const { configuration, ...others } = cluster.extra;
  const count = (...statuses: string[]) => tasks.filter((task) => statuses.includes(task.lastStatus)).length;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: instancesOf(state, cluster.arn).length,
    runningTasksCount: count("RUNNING"),
    pendingTasksCount: count("PROVISIONING", "PENDING", "ACTIVATING"),
    activeServicesCount: services.filter((service) => service.status === "ACTIVE").length,
    statistics: [],
    tags: include.includes("TAGS") ? tagsOf(state, cluster.arn) : [],
    settings: include.includes("SETTINGS") ? cluster.settings : [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    ...others,
    ...(include.includes("CONFIGURATIONS") && configuration !== undefined && { configuration }),
  };
}

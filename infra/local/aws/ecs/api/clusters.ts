import { AwsError } from "../../wire/service.js";
import { clusterArn, prefixOf } from "../model/arns.js";
import type { ClusterRecord, EcsState } from "../model/state.js";
import { objects } from "../model/task-definition.js";
import type { JsonObject, Operations } from "./context.js";
import { pick, text, texts } from "./context.js";
import { client, clusterNotFound, invalid } from "./errors.js";
import { peekCluster } from "./lookup.js";
import { page } from "./paging.js";
import { checkedTags, tagsOf } from "./tags.js";

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

export const clusterOperations: Operations = (api) => ({
  CreateCluster: (input, caller) => {
    const name = text(input, "clusterName") ?? "default";
    if (!NAME.test(name)) {
      throw invalid("Invalid clusterName: up to 255 letters, numbers, hyphens and underscores are accepted.");
    }
    const tags = checkedTags(input);
    const arn = clusterArn(caller, name);
    return api.engine.change(({ state }) => {
      if (state.clusters[arn]?.status !== "ACTIVE") {
        const extra = pick(input, [
          "configuration",
          "capacityProviders",
          "defaultCapacityProviderStrategy",
          "serviceConnectDefaults",
        ]);
        state.clusters[arn] = { arn, name, status: "ACTIVE", settings: objects(input.settings), extra };
        state.tags[arn] = tags;
      }
      return { cluster: view(state, state.clusters[arn] as ClusterRecord, ["TAGS", "SETTINGS"]) };
    });
  },

  DescribeClusters: (input, caller) => {
    const { state } = api.engine;
    const asked = texts(input, "clusters");
    const clusters: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of asked.length > 0 ? asked : ["default"]) {
      const found = peekCluster(state, caller, reference);
      if (found !== undefined) clusters.push(view(state, found, texts(input, "include")));
      else
        failures.push({
          arn: reference.startsWith("arn:") ? reference : clusterArn(caller, reference),
          reason: "MISSING",
        });
    }
    return { clusters, failures };
  },

  ListClusters: (input, caller) => {
    const own = Object.values(api.engine.state.clusters).filter(
      (cluster) => cluster.status === "ACTIVE" && cluster.arn.startsWith(prefixOf(caller)),
    );
    const { items, ...next } = page(own, input, { keyOf: (cluster) => cluster.arn, size: 100 });
    return { clusterArns: items.map((cluster) => cluster.arn), ...next };
  },

  DeleteCluster: (input, caller) => {
    const reference = text(input, "cluster");
    if (reference === undefined) throw client("Cluster can not be blank.");
    return api.engine.change(({ state }) => {
      const cluster = peekCluster(state, caller, reference);
      if (cluster === undefined) throw clusterNotFound();
      const { services, tasks } = contents(state, cluster);
      if (services.some((service) => service.status !== "INACTIVE")) {
        throw new AwsError(
          "ClusterContainsServicesException",
          "The Cluster cannot be deleted while Services are active.",
        );
      }
      if (tasks.some((task) => task.lastStatus !== "STOPPED")) {
        throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
      }
      cluster.status = "INACTIVE";
      return { cluster: view(state, cluster, []) };
    });
  },
});

function contents(state: EcsState, cluster: ClusterRecord) {
  return {
    services: Object.values(state.services).filter((service) => service.clusterArn === cluster.arn),
    tasks: Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn),
  };
}

function view(state: EcsState, cluster: ClusterRecord, include: readonly string[]): JsonObject {
  const { services, tasks } = contents(state, cluster);
  const count = (...statuses: string[]) => tasks.filter((task) => statuses.includes(task.lastStatus)).length;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: count("RUNNING"),
    pendingTasksCount: count("PROVISIONING", "PENDING", "ACTIVATING"),
    activeServicesCount: services.filter((service) => service.status === "ACTIVE").length,
    statistics: [],
    tags: include.includes("TAGS") ? tagsOf(state, cluster.arn) : [],
    settings: include.includes("SETTINGS") ? cluster.settings : [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    ...cluster.extra,
  };
}

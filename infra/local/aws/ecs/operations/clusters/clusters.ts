import { AwsError } from "../../../protocol/service.js";
import { arnPrefix, clusterArn } from "../../model/ecs-arns.js";
import type { ClusterRecord } from "../../model/ecs-state.js";
import { instancesOf } from "../../scheduler/task-placement.js";
import { clientException, clusterNotFound, invalidParameter } from "../common/ecs-errors.js";
import { tryFindCluster } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import { strategyOf } from "../common/launch-rules.js";
import type { JsonObject, Operations } from "../common/operation-context.js";
import { pick, textIn, textsIn } from "../common/operation-context.js";
import { checkedTags } from "../resource-tags.js";
import { checkedProviders } from "./capacity-providers.js";
import { newClusterSettings } from "./cluster-settings.js";
import { clusterContents, clusterView } from "./cluster-view.js";

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

export const clusterOperations: Operations = (api) => ({
  CreateCluster: (input, caller) => {
    const name = textIn(input, "clusterName") ?? "default";
    if (!NAME.test(name)) {
      throw invalidParameter("Invalid clusterName: up to 255 letters, numbers, hyphens and underscores are accepted.");
    }
    const tags = checkedTags(input);
    const arn = clusterArn(caller, name);
    const settings = newClusterSettings(api.scheduler.state, caller, input);
    const capacity = checkedCapacity(input, arn);
    return api.scheduler.change(({ state }) => {
      if (state.clusters[arn]?.status !== "ACTIVE") {
        const extra = { ...pick(input, ["configuration", "serviceConnectDefaults"]), ...capacity };
        state.clusters[arn] = { arn, name, status: "ACTIVE", settings, extra };
        state.tags[arn] = tags;
      }
      return {
        cluster: clusterView(state, state.clusters[arn] as ClusterRecord, ["TAGS", "SETTINGS", "CONFIGURATIONS"]),
      };
    });
  },

  DescribeClusters: (input, caller) => {
    const { state } = api.scheduler;
    const requested = textsIn(input, "clusters");
    const clusters: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of requested.length > 0 ? requested : ["default"]) {
      const found = tryFindCluster(state, caller, reference);
      if (found !== undefined) clusters.push(clusterView(state, found, textsIn(input, "include")));
      else
        failures.push({
          arn: reference.startsWith("arn:") ? reference : clusterArn(caller, reference),
          reason: "MISSING",
        });
    }
    return { clusters, failures };
  },

  ListClusters: (input, caller) => {
    const own = Object.values(api.scheduler.state.clusters).filter(
      (cluster) => cluster.status === "ACTIVE" && cluster.arn.startsWith(arnPrefix(caller)),
    );
    const { items, ...next } = pageByKey(own, input, { keyOf: (cluster) => cluster.arn, size: 100 });
    return { clusterArns: items.map((cluster) => cluster.arn), ...next };
  },

  DeleteCluster: (input, caller) => {
    const reference = textIn(input, "cluster");
    if (reference === undefined) throw clientException("Cluster can not be blank.");
    return api.scheduler.change(({ state }) => {
      const cluster = tryFindCluster(state, caller, reference);
      if (cluster === undefined) throw clusterNotFound();
      const { services, tasks } = clusterContents(state, cluster);
      if (services.some((service) => service.status !== "INACTIVE")) {
        throw new AwsError(
          "ClusterContainsServicesException",
          "The Cluster cannot be deleted while Services are active.",
        );
      }
      if (tasks.some((task) => task.lastStatus !== "STOPPED")) {
        throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
      }
      if (instancesOf(state, cluster.arn).length > 0) {
        throw new AwsError(
          "ClusterContainsContainerInstancesException",
          "The Cluster cannot be deleted while Container Instances are active or draining.",
        );
      }
      cluster.status = "INACTIVE";
      return { cluster: clusterView(state, cluster, []) };
    });
  },
});

function checkedCapacity(input: JsonObject, arn: string): JsonObject {
  const capacityProviders = checkedProviders(textsIn(input, "capacityProviders"));
  const cluster: ClusterRecord = { arn, name: "", status: "ACTIVE", settings: [], extra: { capacityProviders } };
  const strategy = strategyOf(cluster, input.defaultCapacityProviderStrategy);
  return { capacityProviders, defaultCapacityProviderStrategy: strategy as unknown as JsonObject[] };
}

import { AwsError } from "../../../wire/service.js";
import { clusterArn, prefixOf } from "../../model/ecs-arns.js";
import type { ClusterRecord } from "../../model/ecs-state.js";
import { instancesOf } from "../../scheduler/task-placement.js";
import { checkedTags } from "../resource-tags.js";
import { client, clusterNotFound, invalid } from "../shared/ecs-errors.js";
import { peekCluster } from "../shared/find-resources.js";
import { page } from "../shared/key-paging.js";
import { strategyOf } from "../shared/launch-rules.js";
import type { JsonObject, Operations } from "../shared/operation-context.js";
import { pick, text, texts } from "../shared/operation-context.js";
import { checkedProviders } from "./capacity-providers.js";
import { newSettings } from "./cluster-settings.js";
import { clusterView, contents } from "./cluster-view.js";

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

export const clusterOperations: Operations = (api) => ({
  CreateCluster: (input, caller) => {
    const name = text(input, "clusterName") ?? "default";
    if (!NAME.test(name)) {
      throw invalid("Invalid clusterName: up to 255 letters, numbers, hyphens and underscores are accepted.");
    }
    const tags = checkedTags(input);
    const arn = clusterArn(caller, name);
    const settings = newSettings(api.engine.state, caller, input);
    const capacity = checkedCapacity(input, arn);
    return api.engine.change(({ state }) => {
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
    const { state } = api.engine;
    const asked = texts(input, "clusters");
    const clusters: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of asked.length > 0 ? asked : ["default"]) {
      const found = peekCluster(state, caller, reference);
      if (found !== undefined) clusters.push(clusterView(state, found, texts(input, "include")));
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
  const capacityProviders = checkedProviders(texts(input, "capacityProviders"));
  const cluster: ClusterRecord = { arn, name: "", status: "ACTIVE", settings: [], extra: { capacityProviders } };
  const strategy = strategyOf(cluster, input.defaultCapacityProviderStrategy);
  return { capacityProviders, defaultCapacityProviderStrategy: strategy as unknown as JsonObject[] };
}

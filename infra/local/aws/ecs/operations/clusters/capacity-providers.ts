import { AwsError } from "../../../protocol/service.js";
import { arnPrefix } from "../../model/ecs-arns.js";
import type { ClusterRecord, EcsState } from "../../model/ecs-state.js";
import { objects, texts as textsOf } from "../../model/task-definition-json.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import { FARGATE_PROVIDERS, strategyOf } from "../common/launch-rules.js";
import type { Caller, JsonObject, Operations } from "../common/operation-context.js";
import { textsIn } from "../common/operation-context.js";
import { clusterView } from "./cluster-view.js";

export const capacityProviderOperations: Operations = (api) => ({
  PutClusterCapacityProviders: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const capacityProviders = checkedProviders(textsIn(input, "capacityProviders"));
    // The default strategy may name a provider of the same request.
    const extra = { ...cluster.extra, capacityProviders };
    const strategy = strategyOf({ ...cluster, extra }, input.defaultCapacityProviderStrategy);
    return api.scheduler.change(({ state }) => {
      checkInUse(state, cluster, capacityProviders);
      cluster.extra = { ...extra, defaultCapacityProviderStrategy: strategy as unknown as JsonObject[] };
      return { cluster: clusterView(state, cluster, ["TAGS", "SETTINGS", "CONFIGURATIONS"]) };
    });
  },

  DescribeCapacityProviders: (input, caller) => {
    const names = textsIn(input, "capacityProviders");
    const found = FARGATE_PROVIDERS.filter(
      (name) => names.length === 0 || names.includes(name) || names.includes(arnOf(caller, name)),
    );
    const { items, ...next } = pageByKey(found, input, { keyOf: (name) => name, size: 10 });
    const known = new Set(found.flatMap((name) => [name, arnOf(caller, name)]));
    return {
      capacityProviders: items.map((name) => ({
        capacityProviderArn: arnOf(caller, name),
        name,
        status: "ACTIVE",
        type: name,
        tags: [],
      })),
      failures: names
        .filter((reference) => !known.has(reference))
        .map((reference) => ({
          arn: reference.startsWith("arn:") ? reference : arnOf(caller, reference),
          reason: "MISSING",
        })),
      ...next,
    };
  },
});

const arnOf = (caller: Caller, name: string) => `${arnPrefix(caller)}capacity-provider/${name}`;

/** Checks the names of a cluster's capacity providers. Those of Auto Scaling groups are not supported. */
export function checkedProviders(names: string[]): string[] {
  const unknown = names.find((name) => !FARGATE_PROVIDERS.includes(name));
  if (unknown !== undefined) {
    throw invalidParameter(
      `The specified capacity provider '${unknown}' was not found: ${FARGATE_PROVIDERS.join(", ")} are supported.`,
    );
  }
  return [...new Set(names)];
}

function checkInUse(state: EcsState, cluster: ClusterRecord, providers: readonly string[]): void {
  const removed = textsOf(cluster.extra.capacityProviders).filter((name) => !providers.includes(name));
  const isUsed = Object.values(state.services).some(
    ({ clusterArn, status, settings }) =>
      clusterArn === cluster.arn &&
      status === "ACTIVE" &&
      objects(settings.capacityProviderStrategy).some(({ capacityProvider }) =>
        removed.includes(String(capacityProvider)),
      ),
  );
  if (!isUsed) return;
  throw new AwsError(
    "ResourceInUseException",
    "The specified capacity provider is in use and cannot be removed. Update the services that use it and try again.",
  );
}

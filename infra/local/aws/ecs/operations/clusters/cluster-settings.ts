import type { EcsState } from "../../model/ecs-state.js";
import { objects } from "../../model/task-definition-json.js";
import { effectiveSetting } from "../account-settings.js";
import { invalidParameter, shownValue } from "../common/ecs-errors.js";
import { findCluster } from "../common/find-resources.js";
import type { Caller, JsonObject, Operations } from "../common/operation-context.js";
import { pick } from "../common/operation-context.js";
import { clusterView } from "./cluster-view.js";

export const clusterSettingOperations: Operations = (api) => ({
  UpdateCluster: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const settings = checkedClusterSettings(input);
    return api.scheduler.change(({ state }) => {
      if (settings.length > 0) cluster.settings = settings;
      cluster.extra = { ...cluster.extra, ...pick(input, ["configuration", "serviceConnectDefaults"]) };
      return { cluster: clusterView(state, cluster, ["SETTINGS", "CONFIGURATIONS"]) };
    });
  },

  UpdateClusterSettings: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const settings = checkedClusterSettings(input);
    if (settings.length === 0) throw invalidParameter("Settings can not be empty.");
    return api.scheduler.change(({ state }) => {
      cluster.settings = settings;
      return { cluster: clusterView(state, cluster, ["SETTINGS"]) };
    });
  },
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html */
const INSIGHTS = ["enabled", "disabled", "enhanced"];

function checkedClusterSettings(input: JsonObject): JsonObject[] {
  const settings = objects(input.settings);
  for (const { name, value } of settings) {
    if (name !== "containerInsights")
      throw invalidParameter(`The setting '${shownValue(name)}': containerInsights is accepted.`);
    if (!INSIGHTS.includes(String(value))) {
      throw invalidParameter(`value '${shownValue(value)}' of containerInsights: ${INSIGHTS.join(", ")} are accepted.`);
    }
  }
  if (settings.length > 1) throw invalidParameter("The setting containerInsights can be given once.");
  return settings.map(({ name, value }) => ({ name: name ?? null, value: value ?? null }));
}

/** Returns the settings of a new cluster: the request's, else the caller's account setting. */
export function newClusterSettings(state: EcsState, caller: Caller, input: JsonObject): JsonObject[] {
  const sent = checkedClusterSettings(input);
  if (sent.length > 0) return sent;
  return [{ name: "containerInsights", value: effectiveSetting(state, caller, caller.arn, "containerInsights").value }];
}

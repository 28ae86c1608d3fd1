import type { EcsState } from "../../model/ecs-state.js";
import { objects } from "../../model/task-definition-json.js";
import { effective } from "../account-settings.js";
import { invalid, shown } from "../shared/ecs-errors.js";
import { findCluster } from "../shared/find-resources.js";
import type { Caller, JsonObject, Operations } from "../shared/operation-context.js";
import { pick } from "../shared/operation-context.js";
import { clusterView } from "./cluster-view.js";

export const clusterSettingOperations: Operations = (api) => ({
  UpdateCluster: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    const settings = checkedSettings(input);
    return api.engine.change(({ state }) => {
      if (settings.length > 0) cluster.settings = settings;
      cluster.extra = { ...cluster.extra, ...pick(input, ["configuration", "serviceConnectDefaults"]) };
      return { cluster: clusterView(state, cluster, ["SETTINGS", "CONFIGURATIONS"]) };
    });
  },

  UpdateClusterSettings: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    const settings = checkedSettings(input);
    if (settings.length === 0) throw invalid("Settings can not be empty.");
    return api.engine.change(({ state }) => {
      cluster.settings = settings;
      return { cluster: clusterView(state, cluster, ["SETTINGS"]) };
    });
  },
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html */
const INSIGHTS = ["enabled", "disabled", "enhanced"];

export function checkedSettings(input: JsonObject): JsonObject[] {
  const settings = objects(input.settings);
  for (const { name, value } of settings) {
    if (name !== "containerInsights") throw invalid(`The setting '${shown(name)}': containerInsights is accepted.`);
    if (!INSIGHTS.includes(String(value))) {
      throw invalid(`value '${shown(value)}' of containerInsights: ${INSIGHTS.join(", ")} are accepted.`);
    }
  }
  if (settings.length > 1) throw invalid("The setting containerInsights can be given once.");
  return settings.map(({ name, value }) => ({ name: name ?? null, value: value ?? null }));
}

/** Returns the settings of a new cluster: the request's, else the caller's account setting. */
export function newSettings(state: EcsState, caller: Caller, input: JsonObject): JsonObject[] {
  const sent = checkedSettings(input);
  if (sent.length > 0) return sent;
  return [{ name: "containerInsights", value: effective(state, caller, caller.arn, "containerInsights").value }];
}

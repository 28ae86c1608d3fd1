import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../../protocol/service.js";
import type { ClusterRecord, EcsState, ServiceRecord } from "../../model/ecs-state.js";
import { object } from "../../model/task-definition-json.js";
import { beginDeployment } from "../../scheduler/change-deployments.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster, findService, tryFindTaskDefinition } from "../common/find-resources.js";
import { checkLaunch, checkVolumesAtLaunch, type Launch, strategyOf } from "../common/launch-rules.js";
import { type JsonObject, numberIn, type OperationContext, pick, textIn } from "../common/operation-context.js";
import { activeService, EXTRA, resolveImages, settingsOf } from "./service-input.js";
import * as rules from "./service-rules.js";
import { serviceView } from "./service-view.js";
import { checkAdvancedConfiguration } from "./strategy-rules.js";
import { checkRebalancing } from "./zone-rebalancing.js";

const definitionOf = (state: EcsState, service: ServiceRecord) =>
  rules.checkKnown(state.taskDefinitions[service.taskDefinition]);

/** Updates a service. Only a change of a revision's members starts a deployment: a new count or other percents alone do not. */
export const updateService =
  (api: OperationContext): Operation =>
  async (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const known = activeService(api, findService(state, cluster, textIn(input, "service") ?? ""));
    rules.checkController(input);
    const reference = textIn(input, "taskDefinition");
    // A service whose revision is inactive can still be scaled: only a revision that the request names must be active.
    const named = reference && rules.checkTarget(tryFindTaskDefinition(state, caller, reference));
    const digests = await resolveImages(api, named || definitionOf(state, known));
    return api.scheduler.change((context) => {
      const service = activeService(api, known);
      const target = named || definitionOf(state, service);
      const settings = { ...launchSettings(cluster, service, input), ...settingsOf(input) };
      const extra = { ...service.extra, ...pick(input, EXTRA) };
      checkLaunch(settings as unknown as Launch, target, { ...settings, ...pick(extra, PLACEMENT) });
      checkVolumesAtLaunch(settings.volumeConfigurations, target);
      rules.checkLoadBalancers(settings, target);
      const changed = {
        desiredCount: rules.checkDesiredCount(numberIn(input, "desiredCount") ?? service.desiredCount),
        deploymentConfiguration: rules.deploymentConfiguration(
          object(input.deploymentConfiguration),
          service.deploymentConfiguration,
        ),
        healthCheckGracePeriodSeconds:
          numberIn(input, "healthCheckGracePeriodSeconds") ?? service.healthCheckGracePeriodSeconds,
      };
      rules.checkGrace({ settings, ...changed });
      checkAdvancedConfiguration(settings, changed.deploymentConfiguration);
      checkRebalancing(extra, changed.deploymentConfiguration);
      const isNew = target.arn !== service.taskDefinition || !isDeepStrictEqual(settings, service.settings);
      if (changed.desiredCount !== service.desiredCount) delete service.steadyAt;
      Object.assign(service, changed, { extra });
      if (isNew || input.forceNewDeployment === true) {
        service.taskDefinition = target.arn;
        service.settings = settings;
        beginDeployment(context, service, digests);
      }
      return { service: serviceView(context, service) };
    });
  };

const PLACEMENT = ["placementConstraints", "placementStrategy"];

/** Returns the service's settings with the request's launch; an empty strategy restores the launch type. */
function launchSettings(cluster: ClusterRecord, service: ServiceRecord, input: JsonObject): JsonObject {
  if (!Array.isArray(input.capacityProviderStrategy)) return service.settings;
  const { launchType, capacityProviderStrategy: before = [], ...others } = service.settings;
  const strategy = strategyOf(cluster, input.capacityProviderStrategy);
  if (!isDeepStrictEqual(strategy, before) && input.forceNewDeployment !== true) {
    throw invalidParameter(
      "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider " +
        "strategy on a service that is already using one, you must force a new deployment.",
    );
  }
  if (strategy.length > 0) return { ...others, capacityProviderStrategy: strategy as unknown as JsonObject[] };
  return { ...others, launchType: launchType ?? service.launchType ?? "EC2" };
}

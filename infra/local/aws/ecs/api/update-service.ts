import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../wire/service.js";
import type { EcsState, ServiceRecord } from "../model/state.js";
import { object } from "../model/task-definition.js";
import { beginDeployment } from "../scheduler/deployments.js";
import { type Api, number, pick, text } from "./context.js";
import { findCluster, findService, peekTaskDefinition } from "./lookup.js";
import { activeService, EXTRA, resolveImages, settingsOf } from "./service-input.js";
import * as rules from "./service-rules.js";
import { serviceView } from "./service-view.js";

const definitionOf = (state: EcsState, service: ServiceRecord) =>
  rules.checkKnown(state.taskDefinitions[service.taskDefinition]);

/** Rolls out only what belongs to a revision: a new count or other percents alone start no deployment. */
export const updateService =
  (api: Api): Operation =>
  async (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const known = activeService(api, findService(state, cluster, text(input, "service") ?? ""));
    rules.checkController(input);
    rules.checkLaunch(input);
    const reference = text(input, "taskDefinition");
    // A service whose revision has become inactive can still be scaled: only one that is named is held against it.
    const named = reference && rules.checkTarget(peekTaskDefinition(state, caller, reference));
    const digests = await resolveImages(api, named || definitionOf(state, known));
    return api.engine.change((world) => {
      const service = activeService(api, known);
      const target = named || definitionOf(state, service);
      const settings = { ...service.settings, ...settingsOf(input) };
      rules.checkNetwork(object(settings.networkConfiguration));
      rules.checkLoadBalancers(settings, target);
      const changed = {
        desiredCount: rules.checkDesiredCount(number(input, "desiredCount") ?? service.desiredCount),
        deploymentConfiguration: rules.deploymentConfiguration(
          object(input.deploymentConfiguration),
          service.deploymentConfiguration,
        ),
        healthCheckGracePeriodSeconds:
          number(input, "healthCheckGracePeriodSeconds") ?? service.healthCheckGracePeriodSeconds,
      };
      rules.checkGrace({ settings, ...changed });
      const isNew = target.arn !== service.taskDefinition || !isDeepStrictEqual(settings, service.settings);
      if (changed.desiredCount !== service.desiredCount) delete service.steadyAt;
      Object.assign(service, changed, { extra: { ...service.extra, ...pick(input, EXTRA) } });
      if (isNew || input.forceNewDeployment === true) {
        service.taskDefinition = target.arn;
        service.settings = settings;
        beginDeployment(world, service, digests);
      }
      return { service: serviceView(world, service) };
    });
  };

import { isDeepStrictEqual } from "node:util";
import type { ServiceRecord, TaskDefinitionRecord } from "../model/state.js";
import { containersOf, object } from "../model/task-definition.js";
import { beginDeployment } from "../scheduler/deployments.js";
import type { Api, JsonObject, Operations } from "./context.js";
import { number, pick, text, texts } from "./context.js";
import { invalid, serviceNotActive } from "./errors.js";
import { findCluster, findService, peekTaskDefinition, serviceArnOf } from "./lookup.js";
import { page } from "./paging.js";
import * as rules from "./service-rules.js";
import { serviceView } from "./service-view.js";
import { checkedTags, tagsOf } from "./tags.js";

/** A change in one of these is rolled out; they are part of a service revision. */
const SETTINGS = [
  "networkConfiguration",
  "loadBalancers",
  "serviceRegistries",
  "launchType",
  "capacityProviderStrategy",
  "platformVersion",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
];

/** Kept and answered, and of no effect here. */
const EXTRA = [
  "placementConstraints",
  "placementStrategy",
  "enableECSManagedTags",
  "propagateTags",
  "enableExecuteCommand",
  "availabilityZoneRebalancing",
  "deploymentController",
];

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;
const DESCRIBED_AT_ONCE = 10;

export const serviceOperations: Operations = (api) => ({
  CreateService: async (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const name = text(input, "serviceName") ?? "";
    if (!NAME.test(name))
      throw invalid("Invalid serviceName: up to 255 letters, numbers, hyphens and underscores are accepted.");
    const arn = serviceArnOf(cluster, name);
    if (state.services[arn]?.status === "DRAINING") throw invalid("Unable to Start a service that is still Draining.");
    if (state.services[arn]?.status === "ACTIVE") throw invalid("Creation of service was not idempotent.");
    rules.checkController(input);
    rules.checkLaunch(input);
    const target = rules.checkTarget(peekTaskDefinition(state, caller, text(input, "taskDefinition") ?? ""));
    const settings = settingsOf(input);
    rules.checkNetwork(object(input.networkConfiguration));
    rules.checkLoadBalancers(settings, target);
    const desiredCount = rules.checkDesiredCount(number(input, "desiredCount") ?? 0);
    const configuration = rules.deploymentConfiguration(object(input.deploymentConfiguration));
    const healthCheckGracePeriodSeconds = number(input, "healthCheckGracePeriodSeconds") ?? 0;
    rules.checkGrace({ settings, healthCheckGracePeriodSeconds });
    const tags = checkedTags(input);
    const digests = await resolveImages(api, target);
    return api.engine.change((world) => {
      const service: ServiceRecord = {
        arn,
        name,
        clusterArn: cluster.arn,
        status: "ACTIVE",
        desiredCount,
        taskDefinition: target.arn,
        deploymentConfiguration: configuration,
        healthCheckGracePeriodSeconds,
        settings,
        extra: pick(input, EXTRA),
        createdAt: world.now,
        createdBy: caller.arn,
        deployments: [],
        serviceDeployments: [],
        events: [],
        launches: { tokens: world.timing.launchBurst, at: world.now },
      };
      world.state.services[arn] = service;
      world.state.tags[arn] = tags;
      beginDeployment(world, service, digests);
      return { service: { ...serviceView(world, service), tags: tagsOf(world.state, arn) } };
    });
  },

  UpdateService: async (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const known = activeService(api, findService(state, cluster, text(input, "service") ?? ""));
    const reference = text(input, "taskDefinition");
    rules.checkController(input);
    rules.checkLaunch(input);
    const target = rules.checkTarget(peekTaskDefinition(state, caller, reference ?? known.taskDefinition));
    const digests = await resolveImages(api, target);
    return api.engine.change((world) => {
      const service = activeService(api, known);
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
  },

  DescribeServices: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    const asked = texts(input, "services");
    if (asked.length === 0) throw invalid("Services cannot be empty.");
    if (asked.length > DESCRIBED_AT_ONCE)
      throw invalid(`You can describe up to ${DESCRIBED_AT_ONCE} services at once.`);
    const withTags = texts(input, "include").includes("TAGS");
    const look = api.engine.look();
    const services: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of asked) {
      const arn = serviceArnOf(cluster, reference);
      const service = look.state.services[arn];
      if (service === undefined) failures.push({ arn, reason: "MISSING" });
      else services.push({ ...serviceView(look, service), ...(withTags && { tags: tagsOf(look.state, arn) }) });
    }
    return { services, failures };
  },

  ListServices: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    const found = Object.values(api.engine.state.services).filter(
      (service) =>
        service.clusterArn === cluster.arn &&
        service.status !== "INACTIVE" &&
        (input.launchType === undefined || input.launchType === "FARGATE") &&
        (input.schedulingStrategy === undefined || input.schedulingStrategy === "REPLICA"),
    );
    const { items, ...next } = page(
      found,
      { maxResults: 10, ...input },
      { keyOf: (service) => service.arn, size: 100 },
    );
    return { serviceArns: items.map((service) => service.arn), ...next };
  },

  DeleteService: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    return api.engine.change((world) => {
      const service = findService(world.state, cluster, text(input, "service") ?? "");
      if (service.status === "INACTIVE") throw serviceNotActive();
      if (service.desiredCount > 0 && input.force !== true)
        throw invalid("The service cannot be stopped while it is scaled above 0.");
      service.status = "DRAINING";
      service.desiredCount = 0;
      return { service: serviceView(world, service) };
    });
  },
});

/** As sent, with the network's defaults: an update that leaves them out changes nothing. */
function settingsOf(input: JsonObject): JsonObject {
  const settings = pick(input, SETTINGS);
  const awsvpc = object(object(settings.networkConfiguration).awsvpcConfiguration);
  if (Object.keys(awsvpc).length === 0) return settings;
  const awsvpcConfiguration = { securityGroups: [], assignPublicIp: "DISABLED", ...awsvpc };
  return { ...settings, networkConfiguration: { awsvpcConfiguration } };
}

function activeService(api: Api, service: ServiceRecord): ServiceRecord {
  const now = api.engine.state.services[service.arn];
  if (now?.status !== "ACTIVE") throw serviceNotActive();
  return now;
}

/** The digest of each container's image that is known before its first task pulls it. */
async function resolveImages(api: Api, { document }: TaskDefinitionRecord): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name, image } of containersOf(document)) {
    const digest = String(image).split("@")[1] ?? (await api.resolveImage(String(image)));
    if (digest !== undefined) digests[String(name)] = digest;
  }
  return digests;
}

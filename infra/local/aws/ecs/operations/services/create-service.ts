import type { Operation } from "../../../protocol/service.js";
import { lastPartOf } from "../../model/ecs-arns.js";
import type { ClusterRecord, EcsState, ServiceRecord, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { object } from "../../model/task-definition-json.js";
import { beginDeployment } from "../../scheduler/change-deployments.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster, serviceArnOf, tryFindTaskDefinition } from "../common/find-resources.js";
import { checkLaunch, checkVolumesAtLaunch, type Launch, launchOf } from "../common/launch-rules.js";
import { type JsonObject, numberIn, type OperationContext, pick, textIn } from "../common/operation-context.js";
import { checkedTags, tagsOf } from "../resource-tags.js";
import { EXTRA, resolveImages, settingsOf } from "./service-input.js";
import * as rules from "./service-rules.js";
import { serviceView } from "./service-view.js";
import { checkAdvancedConfiguration } from "./strategy-rules.js";
import { rebalancingOf } from "./zone-rebalancing.js";

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

/** Creates a service and begins its first deployment. */
export const createService =
  (api: OperationContext): Operation =>
  async (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const repeated = repeatOf(state, cluster, input);
    if (repeated !== undefined)
      return { service: { ...serviceView(api.scheduler.view(), repeated), tags: tagsOf(state, repeated.arn) } };
    const arn = freeArn(state, cluster, textIn(input, "serviceName") ?? "");
    rules.checkController(input);
    const launch = launchOf(cluster, input);
    const target = rules.checkTarget(tryFindTaskDefinition(state, caller, textIn(input, "taskDefinition") ?? ""));
    checkLaunch(launch, target, input);
    const wanted = checkedSettings(input, launch, target);
    const tags = checkedTags(input);
    const digests = await resolveImages(api, target);
    return api.scheduler.change((context) => {
      const service: ServiceRecord = {
        arn: freeArn(state, cluster, lastPartOf(arn)),
        name: lastPartOf(arn),
        clusterArn: cluster.arn,
        status: "ACTIVE",
        taskDefinition: target.arn,
        ...wanted,
        createdAt: context.now,
        createdBy: caller.arn,
        deployments: [],
        serviceDeployments: [],
        events: [],
        createdWith: JSON.stringify(input),
        launches: { tokens: context.timing.launchBurst, at: context.now },
      };
      state.services[arn] = service;
      state.tags[arn] = tags;
      beginDeployment(context, service, digests);
      return { service: { ...serviceView(context, service), tags: tagsOf(state, arn) } };
    });
  };

/** Returns the service that the same request with the same client token has created before. */
function repeatOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): ServiceRecord | undefined {
  if (textIn(input, "clientToken") === undefined) return undefined;
  const known = state.services[serviceArnOf(cluster, textIn(input, "serviceName") ?? "")];
  return known?.status === "ACTIVE" && known.createdWith === JSON.stringify(input) ? known : undefined;
}

/** Returns the ARN of a new service; rejects an invalid name and one of an existing service. */
function freeArn(state: EcsState, cluster: ClusterRecord, name: string): string {
  if (!NAME.test(name)) {
    throw invalidParameter("Invalid serviceName: up to 255 letters, numbers, hyphens and underscores are accepted.");
  }
  const arn = serviceArnOf(cluster, name);
  const status = state.services[arn]?.status;
  if (status === "DRAINING") throw invalidParameter("Unable to Start a service that is still Draining.");
  if (status === "ACTIVE") throw invalidParameter("Creation of service was not idempotent.");
  return arn;
}

function checkedSettings(input: JsonObject, launch: Launch, target: TaskDefinitionRecord) {
  const settings = { ...settingsOf(input), ...(launch as JsonObject) };
  checkVolumesAtLaunch(settings.volumeConfigurations, target);
  rules.checkLoadBalancers(settings, target);
  const healthCheckGracePeriodSeconds = numberIn(input, "healthCheckGracePeriodSeconds") ?? 0;
  rules.checkGrace({ settings, healthCheckGracePeriodSeconds });
  const deploymentConfiguration = rules.deploymentConfiguration(object(input.deploymentConfiguration));
  checkAdvancedConfiguration(settings, deploymentConfiguration);
  const availabilityZoneRebalancing = rebalancingOf(input, deploymentConfiguration);
  return {
    settings,
    ...("launchType" in launch && { launchType: launch.launchType }),
    healthCheckGracePeriodSeconds,
    desiredCount: rules.checkDesiredCount(numberIn(input, "desiredCount") ?? 0),
    deploymentConfiguration,
    extra: { ...pick(input, EXTRA), availabilityZoneRebalancing },
  };
}

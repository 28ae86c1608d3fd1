import type { ServiceRecord, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { setOwn } from "../../model/own-members.js";
import { containersOf, object } from "../../model/task-definition-json.js";
import { serviceNotActive } from "../common/ecs-errors.js";
import { type JsonObject, type OperationContext, pick } from "../common/operation-context.js";

/** Members of a service revision: a change of one starts a deployment. */
const SETTINGS = [
  "networkConfiguration",
  "loadBalancers",
  "serviceRegistries",
  "platformVersion",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
];

/** Members that are stored and returned; only tags, execute command and placement have an effect here. */
export const EXTRA = [
  "placementConstraints",
  "placementStrategy",
  "enableECSManagedTags",
  "propagateTags",
  "enableExecuteCommand",
  "availabilityZoneRebalancing",
  "deploymentController",
];

/** Returns the settings of a request with the network's defaults: an update that omits them changes nothing. */
export function settingsOf(input: JsonObject): JsonObject {
  const settings = pick(input, SETTINGS);
  const awsvpc = object(object(settings.networkConfiguration).awsvpcConfiguration);
  if (Object.keys(awsvpc).length === 0) return settings;
  const awsvpcConfiguration = { securityGroups: [], assignPublicIp: "DISABLED", ...awsvpc };
  return { ...settings, networkConfiguration: { awsvpcConfiguration } };
}

/** Returns the present record of a service; rejects one that is being deleted. */
export function activeService(api: OperationContext, service: ServiceRecord): ServiceRecord {
  const now = api.scheduler.state.services[service.arn];
  if (now?.status !== "ACTIVE") throw serviceNotActive();
  return now;
}

/** Returns the image digests that are known before the first task pulls, by container name. */
export async function resolveImages(
  api: OperationContext,
  { document }: TaskDefinitionRecord,
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name, image } of containersOf(document)) {
    const digest = String(image).split("@")[1] ?? (await api.resolveImage(String(image)));
    if (digest !== undefined) setOwn(digests, String(name), digest);
  }
  return digests;
}

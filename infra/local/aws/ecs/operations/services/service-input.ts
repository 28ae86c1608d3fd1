import type { ServiceRecord, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { setOwn } from "../../model/own-members.js";
import { containersOf, object } from "../../model/task-definition-json.js";
import { serviceNotActive } from "../shared/ecs-errors.js";
import { type JsonObject, type OperationContext, pick } from "../shared/operation-context.js";

/** A change in one of these is rolled out; they are part of a service revision. */
const SETTINGS = [
  "networkConfiguration",
  "loadBalancers",
  "serviceRegistries",
  "platformVersion",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
];

/** Kept and answered; of these only tags, execute command and placement have an effect here. */
export const EXTRA = [
  "placementConstraints",
  "placementStrategy",
  "enableECSManagedTags",
  "propagateTags",
  "enableExecuteCommand",
  "availabilityZoneRebalancing",
  "deploymentController",
];

/** As sent, with the network's defaults: an update that leaves them out changes nothing. */
export function settingsOf(input: JsonObject): JsonObject {
  const settings = pick(input, SETTINGS);
  const awsvpc = object(object(settings.networkConfiguration).awsvpcConfiguration);
  if (Object.keys(awsvpc).length === 0) return settings;
  const awsvpcConfiguration = { securityGroups: [], assignPublicIp: "DISABLED", ...awsvpc };
  return { ...settings, networkConfiguration: { awsvpcConfiguration } };
}

/** The service as it is now; refuses one that is being deleted. */
export function activeService(api: OperationContext, service: ServiceRecord): ServiceRecord {
  const now = api.scheduler.state.services[service.arn];
  if (now?.status !== "ACTIVE") throw serviceNotActive();
  return now;
}

/** The digest of each container's image that is known before its first task pulls it. */
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

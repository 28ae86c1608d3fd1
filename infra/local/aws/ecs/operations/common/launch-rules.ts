import type { Json } from "../../../protocol/service.js";
import { AwsError } from "../../../protocol/service.js";
import type { ClusterRecord, StrategyItem, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { networkModeOf, object, objects, texts } from "../../model/task-definition-json.js";
import { unknownPart } from "../../scheduler/placement-constraints.js";
import { clientException, invalidParameter, shownValue } from "./ecs-errors.js";
import type { JsonObject } from "./operation-context.js";
import { textIn } from "./operation-context.js";

/** Launch type, or capacity provider strategy, of which the providers are always Fargate's here. */
export type Launch = { launchType: "FARGATE" | "EC2" } | { capacityProviderStrategy: StrategyItem[] };

export const FARGATE_PROVIDERS = ["FARGATE", "FARGATE_SPOT"];

/**
 * Returns the launch of CreateService or RunTask: the request's, else the cluster's default strategy, else EC2.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
export function launchOf(cluster: ClusterRecord, input: JsonObject): Launch {
  const strategy = strategyOf(cluster, input.capacityProviderStrategy);
  const launchType = textIn(input, "launchType");
  if (launchType !== undefined && strategy.length > 0) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  }
  if (strategy.length > 0) return { capacityProviderStrategy: strategy };
  if (launchType === "FARGATE" || launchType === "EC2") return { launchType };
  if (launchType !== undefined) {
    throw invalidParameter(`The launch type ${launchType} is not supported: use EC2 or FARGATE.`);
  }
  const byDefault = strategyOf(cluster, cluster.extra.defaultCapacityProviderStrategy);
  return byDefault.length > 0 ? { capacityProviderStrategy: byDefault } : { launchType: "EC2" };
}

export const runsOnInstances = (launch: Launch | JsonObject) => "launchType" in launch && launch.launchType === "EC2";

/** Maximum number of capacity providers of a strategy, and limits of its numbers: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
const MAX_PROVIDERS = 20;
const MAX_WEIGHT = 1_000;
const MAX_BASE = 100_000;

/** Checks a strategy and fills in its defaults. */
export function strategyOf(cluster: ClusterRecord, sent: Json | undefined): StrategyItem[] {
  const strategy = objects(sent).map(({ capacityProvider, weight, base }) => ({
    capacityProvider: String(capacityProvider),
    weight: Number(weight ?? 0),
    base: Number(base ?? 0),
  }));
  if (strategy.length > MAX_PROVIDERS) {
    throw invalidParameter(`A capacity provider strategy can have at most ${MAX_PROVIDERS} capacity providers.`);
  }
  for (const { capacityProvider, weight, base } of strategy) {
    if (!isAssociated(cluster, capacityProvider)) throw notAssociated();
    if (!isWhole(weight, MAX_WEIGHT)) throw invalidParameter(`weight must be between 0 and ${MAX_WEIGHT}.`);
    if (!isWhole(base, MAX_BASE)) throw invalidParameter(`base must be between 0 and ${MAX_BASE}.`);
  }
  if (strategy.filter(({ base }) => base > 0).length > 1) {
    throw invalidParameter("Only one capacity provider in a capacity provider strategy can have a base.");
  }
  if (strategy.length > 1 && strategy.every(({ weight }) => weight === 0)) {
    throw invalidParameter(
      "At least one capacity provider in a capacity provider strategy must have a weight greater than 0.",
    );
  }
  return strategy;
}

const notAssociated = () =>
  invalidParameter(
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. " +
      "Associate the capacity provider with the cluster and try again.",
  );

/** Returns whether a cluster has a provider. One without any has Fargate's, like clusters created in the console; AWS's API associates none. */
function isAssociated({ extra }: ClusterRecord, provider: string): boolean {
  const associated = texts(extra.capacityProviders);
  return (associated.length > 0 ? associated : FARGATE_PROVIDERS).includes(provider);
}

const isWhole = (value: number, max: number) => Number.isInteger(value) && value >= 0 && value <= max;

/** Checks that the task definition and the rest of the request fit the launch. */
export function checkLaunch(launch: Launch, { document }: TaskDefinitionRecord, input: JsonObject): void {
  const onInstances = runsOnInstances(launch);
  if (!onInstances && !texts(document.compatibilities).includes("FARGATE")) {
    throw invalidParameter("Task definition does not support launch_type FARGATE.");
  }
  if (input.schedulingStrategy === "DAEMON") {
    throw invalidParameter(
      onInstances
        ? "The daemon scheduling strategy is not supported: use REPLICA."
        : "The daemon scheduling strategy is not supported for tasks using the Fargate launch type.",
    );
  }
  checkPlatform(onInstances, textIn(input, "platformVersion"));
  checkPlacement(onInstances, input);
  checkNetwork(object(input.networkConfiguration), networkModeOf(document));
}

const PLATFORMS = ["LATEST", "1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"];

function checkPlatform(onInstances: boolean, platformVersion: string | undefined): void {
  if (platformVersion === undefined) return;
  if (onInstances) throw invalidParameter("The platform version must be null when specifying an EC2 launch type.");
  if (PLATFORMS.includes(platformVersion)) return;
  throw new AwsError(
    "PlatformUnknownException",
    `The specified platform version '${platformVersion}' does not exist: ${PLATFORMS.join(", ")} are accepted.`,
  );
}

const MAX_CONSTRAINTS = 10;
const MAX_STRATEGIES = 5;
const MAX_EXPRESSION = 2_000;

function checkPlacement(onInstances: boolean, input: JsonObject): void {
  const constraints = objects(input.placementConstraints);
  const strategies = objects(input.placementStrategy);
  if (!onInstances && strategies.length > 0)
    throw invalidParameter("Placement strategies are not supported with FARGATE launch type.");
  if (!onInstances && constraints.length > 0)
    throw invalidParameter("Placement constraints are not supported with FARGATE launch type.");
  if (constraints.length > MAX_CONSTRAINTS)
    throw invalidParameter(`placementConstraints can have at most ${MAX_CONSTRAINTS} items.`);
  if (strategies.length > MAX_STRATEGIES)
    throw invalidParameter(`placementStrategy can have at most ${MAX_STRATEGIES} items.`);
  for (const { type, expression } of constraints) {
    if (type === "memberOf") checkExpression(shownValue(expression));
    else if (expression !== undefined)
      throw invalidParameter(`A constraint of the type ${shownValue(type)} has no expression.`);
  }
  for (const { type, field } of strategies) {
    if (type === "binpack" && field !== "cpu" && field !== "memory" && field !== "CPU" && field !== "MEMORY")
      throw invalidParameter(
        `The field '${shownValue(field)}' is not valid for the placement strategy binpack: cpu and memory are.`,
      );
  }
}

function checkExpression(expression: string): void {
  const unknown = expression.length > MAX_EXPRESSION ? expression.slice(0, 80) : unknownPart(expression);
  if (unknown === undefined) return;
  throw invalidParameter(
    `Invalid expression '${unknown.slice(0, 80)}': comparisons of attributes such as 'attribute:ecs.instance-type == t3.medium', joined by 'and', are supported.`,
  );
}

/** Checks the network configuration: tasks in awsvpc mode need one, other modes accept none. */
function checkNetwork(networkConfiguration: JsonObject, networkMode: string): void {
  const awsvpc = object(networkConfiguration.awsvpcConfiguration);
  const isGiven = Object.keys(awsvpc).length > 0;
  if (networkMode !== "awsvpc") {
    if (!isGiven) return;
    throw invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.");
  }
  if (!isGiven)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  const subnets = Array.isArray(awsvpc.subnets) ? awsvpc.subnets.length : 0;
  const groups = Array.isArray(awsvpc.securityGroups) ? awsvpc.securityGroups.length : 0;
  if (subnets === 0) throw invalidParameter("subnets can not be empty.");
  if (subnets > 16) throw invalidParameter("subnets can have at most 16 items.");
  if (groups > 5) throw invalidParameter("securityGroups can have at most 5 items.");
}

/**
 * Checks the volumes that are configured at launch: each needs a configuration, and no other volume accepts one.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/configure-ebs-volume.html
 */
export function checkVolumesAtLaunch(sent: Json | undefined, { document }: TaskDefinitionRecord): void {
  const configurations = objects(sent);
  const atLaunch = objects(document.volumes).filter(({ configuredAtLaunch }) => configuredAtLaunch === true);
  if (configurations.length > 1) throw clientException("At most one volume configuration is accepted.");
  for (const { name, managedEBSVolume } of configurations) {
    if (!atLaunch.some((volume) => volume.name === name)) {
      throw clientException(`The volume '${shownValue(name)}' is not configured at launch in the task definition.`);
    }
    if (!textIn(object(managedEBSVolume), "roleArn"))
      throw invalidParameter("managedEBSVolume.roleArn can not be blank.");
  }
  const missing = atLaunch.find((volume) => !configurations.some(({ name }) => name === volume.name));
  if (missing !== undefined) {
    throw clientException(`The volume '${missing.name}' is configured at launch: volumeConfigurations must have it.`);
  }
}

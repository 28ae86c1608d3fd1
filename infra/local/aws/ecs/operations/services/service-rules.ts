import type { Json } from "../../../protocol/service.js";
import type { DeploymentConfiguration, ServiceRecord, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { containersOf, object, objects } from "../../model/task-definition-json.js";
import { clientException, invalidParameter, shownValue } from "../common/ecs-errors.js";
import type { JsonObject } from "../common/operation-context.js";
import { numberIn } from "../common/operation-context.js";
import { checkDeploymentExtra } from "./deployment-configuration-rules.js";
import { withDefaults, withoutFormerStrategy } from "./strategy-rules.js";

/** Rejects a task definition that does not exist or is inactive. Like all rules of CreateService and UpdateService it throws ECS's error at the first violation. */
export function checkTarget(record: TaskDefinitionRecord | undefined): TaskDefinitionRecord {
  const known = checkKnown(record);
  if (known.status !== "ACTIVE") throw clientException("TaskDefinition is inactive");
  return known;
}

export function checkKnown(record: TaskDefinitionRecord | undefined): TaskDefinitionRecord {
  if (record === undefined) throw clientException("TaskDefinition not found.");
  return record;
}

export function checkLoadBalancers(settings: JsonObject, taskDefinition: TaskDefinitionRecord): void {
  for (const each of objects(settings.loadBalancers)) {
    const { containerName, containerPort, targetGroupArn } = each;
    if (typeof targetGroupArn !== "string")
      throw invalidParameter("targetGroupArn can not be blank: tasks in awsvpc mode register with target groups.");
    const container = containersOf(taskDefinition.document).find(({ name }) => name === containerName);
    if (container === undefined)
      throw invalidParameter(`The container ${shownValue(containerName)} does not exist in the task definition.`);
    if (!objects(container.portMappings).some((mapping) => covers(mapping, containerPort))) {
      throw invalidParameter(
        `The container ${containerName} did not have a container port ${shownValue(containerPort)} defined.`,
      );
    }
  }
}

function covers({ containerPort, containerPortRange }: JsonObject, port: Json | undefined): boolean {
  if (containerPort === port && port !== undefined) return true;
  const [from, to] = String(containerPortRange ?? "").split("-");
  return Number(from) <= Number(port) && Number(port) <= Number(to);
}

export function checkController(input: JsonObject): void {
  const type = object(input.deploymentController).type ?? "ECS";
  if (type !== "ECS") throw invalidParameter(`The deployment controller ${type} is not supported: use ECS.`);
}

export function checkDesiredCount(count: number): number {
  if (!Number.isInteger(count) || count < 0)
    throw invalidParameter("The desired count must be a whole number that is not negative.");
  if (count > 5_000) throw invalidParameter("The desired count must not be greater than 5000.");
  return count;
}

export function checkGrace(service: Pick<ServiceRecord, "settings" | "healthCheckGracePeriodSeconds">): void {
  if (service.healthCheckGracePeriodSeconds > 0 && objects(service.settings.loadBalancers).length === 0) {
    throw invalidParameter("Health check grace period is only valid for services configured to use load balancers");
  }
}

const KNOWN = ["minimumHealthyPercent", "maximumPercent", "deploymentCircuitBreaker"];

/** Returns the deployment configuration of a request: its members, else those of `before`, else ECS's defaults. */
export function deploymentConfiguration(sent: JsonObject, before?: DeploymentConfiguration): DeploymentConfiguration {
  const breaker = object(sent.deploymentCircuitBreaker);
  const threshold = object(breaker.thresholdConfiguration);
  const configuration: DeploymentConfiguration = {
    minimumHealthyPercent: numberIn(sent, "minimumHealthyPercent") ?? before?.minimumHealthyPercent ?? 100,
    maximumPercent: numberIn(sent, "maximumPercent") ?? before?.maximumPercent ?? 200,
    deploymentCircuitBreaker:
      sent.deploymentCircuitBreaker === undefined
        ? (before?.deploymentCircuitBreaker ?? { enable: false, rollback: false })
        : {
            // ECS keeps the optional members that a request omits: https://github.com/go-to-k/cdkd/issues/1861
            ...before?.deploymentCircuitBreaker,
            enable: breaker.enable === true,
            rollback: breaker.rollback === true,
            ...(typeof breaker.resetOnHealthyTask === "boolean" && { resetOnHealthyTask: breaker.resetOnHealthyTask }),
            ...(typeof threshold.value === "number" && {
              thresholdConfiguration: { type: String(threshold.type ?? "BOUNDED_PERCENT"), value: threshold.value },
            }),
          },
    extra: withDefaults(
      withoutFormerStrategy(
        { ...before?.extra, ...Object.fromEntries(Object.entries(sent).filter(([name]) => !KNOWN.includes(name))) },
        sent,
      ),
    ),
  };
  checkPercents(configuration);
  checkDeploymentExtra(configuration);
  return configuration;
}

function checkPercents({ minimumHealthyPercent: min, maximumPercent: max }: DeploymentConfiguration): void {
  if (min < 0 || max < 0) throw invalidParameter("minimumHealthyPercent and maximumPercent must not be negative.");
  if (max < min) throw invalidParameter("maximumPercent must be greater than or equal to minimumHealthyPercent.");
  if (max === 0) throw invalidParameter("maximumPercent must be greater than 0.");
  if (min === 100 && max === 100) {
    throw invalidParameter(
      "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    );
  }
}

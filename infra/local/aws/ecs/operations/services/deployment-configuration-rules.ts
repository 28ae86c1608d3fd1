import {
  DeploymentLifecycleHookAction,
  DeploymentLifecycleHookStage,
  ServiceRevisionCleanup,
  ThresholdType,
} from "@aws-sdk/client-ecs";
import type { Json } from "../../../protocol/service.js";
import type { DeploymentConfiguration } from "../../model/ecs-state.js";
import { object, objects } from "../../model/task-definition-json.js";
import { invalidParameter } from "../shared/ecs-errors.js";
import { checkEnum } from "../shared/enums.js";

/** What of a deployment configuration is more than percents: held against the API's own values and its documented bounds. */
export function checkDeploymentExtra(configuration: DeploymentConfiguration): void {
  const { extra, deploymentCircuitBreaker } = configuration;
  const threshold = deploymentCircuitBreaker.thresholdConfiguration;
  if (threshold !== undefined) {
    checkEnum("thresholdConfiguration.type", threshold.type, ThresholdType);
    whole("thresholdConfiguration.value", threshold.value, 1, Number.MAX_SAFE_INTEGER);
  }
  whole("bakeTimeInMinutes", extra.bakeTimeInMinutes, 0, 1_440);
  for (const hook of objects(extra.lifecycleHooks)) checkHook(hook);
  checkEarlySuccess(configuration);
}

function checkEarlySuccess({ extra, minimumHealthyPercent }: DeploymentConfiguration): void {
  const { enable, healthyPercent, sourceServiceRevisionCleanup } = object(extra.earlySuccessCriteria);
  checkEnum("sourceServiceRevisionCleanup", sourceServiceRevisionCleanup, ServiceRevisionCleanup);
  whole("earlySuccessCriteria.healthyPercent", healthyPercent, 0, 100);
  if (enable !== true) return;
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined) {
    throw invalidParameter(
      "earlySuccessCriteria needs healthyPercent and sourceServiceRevisionCleanup when it is enabled.",
    );
  }
  if (Number(healthyPercent) < minimumHealthyPercent) {
    throw invalidParameter(
      "earlySuccessCriteria.healthyPercent must be greater than or equal to minimumHealthyPercent.",
    );
  }
}

/** The longest that a hook may wait: 14 days. */
const LONGEST = 14 * 1_440;

function checkHook({ targetType, lifecycleStages, timeoutConfiguration }: Record<string, Json>): void {
  const type = targetType ?? "AWS_LAMBDA";
  if (type !== "PAUSE") throw invalidParameter(`The lifecycle hook target ${type} is not offered here: only PAUSE is.`);
  const stages = Array.isArray(lifecycleStages) ? lifecycleStages : [];
  if (stages.length === 0) throw invalidParameter("lifecycleStages can not be empty.");
  for (const stage of stages) {
    checkEnum("lifecycleStages", stage, DeploymentLifecycleHookStage);
    if (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT") {
      throw invalidParameter(`PAUSE hooks cannot be configured at the stage ${stage}.`);
    }
  }
  const { timeoutInMinutes, action } = object(timeoutConfiguration);
  whole("timeoutInMinutes", timeoutInMinutes, 1, LONGEST);
  checkEnum("timeoutConfiguration.action", action, DeploymentLifecycleHookAction);
}

function whole(name: string, value: Json | undefined, least: number, most: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidParameter(`${name} ${value}: whole numbers from ${least} to ${most} are accepted.`);
}

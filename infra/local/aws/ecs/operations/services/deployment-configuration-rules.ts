import {
  DeploymentLifecycleHookAction,
  DeploymentLifecycleHookStage,
  ServiceRevisionCleanup,
  ThresholdType,
} from "@aws-sdk/client-ecs";
import type { Json } from "../../../protocol/service.js";
import type { DeploymentConfiguration } from "../../model/ecs-state.js";
import { object, objects } from "../../model/task-definition-json.js";
import { checkEnum, checkInteger, invalidParameter, shownValue } from "../common/ecs-errors.js";
import { checkStrategy } from "./strategy-rules.js";

/** Checks the members of a deployment configuration other than percents against the API's values and its documented limits. */
export function checkDeploymentExtra(configuration: DeploymentConfiguration): void {
  const { extra, deploymentCircuitBreaker } = configuration;
  const threshold = deploymentCircuitBreaker.thresholdConfiguration;
  if (threshold !== undefined) {
    checkEnum("thresholdConfiguration.type", threshold.type, ThresholdType);
    checkInteger("thresholdConfiguration.value", threshold.value, 1, Number.MAX_SAFE_INTEGER);
  }
  checkInteger("bakeTimeInMinutes", extra.bakeTimeInMinutes, 0, 1_440);
  checkStrategy(extra);
  const hooks = objects(extra.lifecycleHooks);
  for (const hook of hooks) checkHook(hook);
  for (const type of ["PAUSE", "AWS_LAMBDA"]) {
    const count = hooks.filter(({ targetType }) => (targetType ?? "AWS_LAMBDA") === type).length;
    if (count > MAX_HOOKS) throw invalidParameter(`${count} ${type} hooks: at most ${MAX_HOOKS} are accepted.`);
  }
  checkEarlySuccess(configuration);
}

function checkEarlySuccess({ extra, minimumHealthyPercent }: DeploymentConfiguration): void {
  const { enable, healthyPercent, sourceServiceRevisionCleanup } = object(extra.earlySuccessCriteria);
  checkEnum("sourceServiceRevisionCleanup", sourceServiceRevisionCleanup, ServiceRevisionCleanup);
  checkInteger("earlySuccessCriteria.healthyPercent", healthyPercent, 0, 100);
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

/** Maximum number of hooks of one target type. */
const MAX_HOOKS = 10;
/** Maximum timeout of a hook in minutes: 14 days, and a day. */
const MAX_HOOK_MINUTES = { PAUSE: 14 * 1_440, AWS_LAMBDA: 1_440 };
const FUNCTION = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/;

function checkHook({ targetType, lifecycleStages, timeoutConfiguration, ...target }: Record<string, Json>): void {
  const type = targetType ?? "AWS_LAMBDA";
  if (type !== "PAUSE" && type !== "AWS_LAMBDA") {
    throw invalidParameter("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE");
  }
  if (type === "AWS_LAMBDA") checkTarget(target);
  const stages = Array.isArray(lifecycleStages) ? lifecycleStages : [];
  if (stages.length === 0) {
    throw invalidParameter("Lifecycle stage cannot be null or empty for any deployment lifecycle hooks");
  }
  for (const stage of stages) {
    checkEnum("lifecycleStages", stage, DeploymentLifecycleHookStage);
    if (type === "PAUSE" && (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT")) {
      throw invalidParameter("Invalid lifecycle stage provided for Pause Hook");
    }
  }
  const { timeoutInMinutes, action } = object(timeoutConfiguration);
  checkInteger("timeoutInMinutes", timeoutInMinutes, 1, MAX_HOOK_MINUTES[type]);
  checkEnum("timeoutConfiguration.action", action, DeploymentLifecycleHookAction);
}

function checkTarget({ hookTargetArn, roleArn }: Record<string, Json>): void {
  if (hookTargetArn === undefined || roleArn === undefined) {
    throw invalidParameter("Role arn or Hook Target arn is missing for one or more deployment lifecycle hooks");
  }
  if (typeof hookTargetArn !== "string" || !FUNCTION.test(hookTargetArn)) {
    throw invalidParameter(`hookTargetArn ${shownValue(hookTargetArn)}: the ARN of a Lambda function is accepted.`);
  }
  if (typeof roleArn !== "string" || !ROLE.test(roleArn)) {
    throw invalidParameter(
      `roleArn ${shownValue(roleArn)}: the ARN of the IAM role that invokes the hook's function is accepted.`,
    );
  }
}

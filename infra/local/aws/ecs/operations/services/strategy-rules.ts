import type { Json } from "../../../protocol/service.js";
import { canaryDefaults, deploymentStrategyOf, linearDefaults } from "../../model/deployment-strategy.js";
import type { DeploymentConfiguration } from "../../model/ecs-state.js";
import { object, objects } from "../../model/task-definition-json.js";
import { checkInteger, clientException, invalidParameter, shownValue } from "../common/ecs-errors.js";
import type { JsonObject } from "../common/operation-context.js";

/** Configurations of a strategy, each with its strategy: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
const CONFIGURATIONS = { linearConfiguration: "LINEAR", canaryConfiguration: "CANARY" } as const;
const DAY = 1_440;

/** Returns the members of a deployment configuration without the configuration of another strategy that a former request has left. */
export function withoutFormerStrategy(extra: JsonObject, sent: JsonObject): JsonObject {
  const strategy = deploymentStrategyOf(extra);
  const isFormer = (name: string) => {
    const of = (CONFIGURATIONS as Record<string, string>)[name];
    return of !== undefined && of !== strategy && sent[name] === undefined;
  };
  return Object.fromEntries(Object.entries(extra).filter(([name]) => !isFormer(name)));
}

/**
 * Returns the members of a deployment configuration with ECS's defaults in the structures that a request has sent in part: it replaces each
 * structure and never takes the rest from the former one. Measured on AWS: https://github.com/go-to-k/cdkd/pull/1848
 */
export function withDefaults({ linearConfiguration, canaryConfiguration, lifecycleHooks, ...others }: JsonObject) {
  const hooks = objects(lifecycleHooks).map(({ timeoutConfiguration, ...hook }) => ({
    ...hook,
    ...(timeoutConfiguration !== undefined && {
      timeoutConfiguration: { timeoutInMinutes: DAY, action: "ROLLBACK", ...object(timeoutConfiguration) },
    }),
  }));
  return {
    ...others,
    ...(linearConfiguration !== undefined && {
      linearConfiguration: { ...linearDefaults, ...object(linearConfiguration) },
    }),
    ...(canaryConfiguration !== undefined && {
      canaryConfiguration: { ...canaryDefaults, ...object(canaryConfiguration) },
    }),
    ...(lifecycleHooks !== undefined && { lifecycleHooks: hooks }),
  };
}

/** Checks strategy, bake time and the steps of a deployment configuration. Throws ECS's error at the first violation. */
export function checkStrategy(extra: JsonObject): void {
  const strategy = deploymentStrategyOf(extra);
  for (const [name, needed] of Object.entries(CONFIGURATIONS)) {
    if (extra[name] !== undefined && strategy !== needed) {
      const shown = needed === "LINEAR" ? "Linear" : "Canary";
      throw invalidParameter(`${shown} configuration can only be present with ${needed} deployment strategy`);
    }
  }
  if (strategy === "BLUE_GREEN" && extra.bakeTimeInMinutes === undefined) {
    throw invalidParameter("bakeTimeInMinutes must be provided with the deployment strategy BLUE_GREEN.");
  }
  const { stepPercent, stepBakeTimeInMinutes } = object(extra.linearConfiguration);
  checkPercent("stepPercent", stepPercent, 3);
  checkInteger("stepBakeTimeInMinutes", stepBakeTimeInMinutes, 0, DAY);
  const { canaryPercent, canaryBakeTimeInMinutes } = object(extra.canaryConfiguration);
  checkPercent("canaryPercent", canaryPercent, 0.1);
  checkInteger("canaryBakeTimeInMinutes", canaryBakeTimeInMinutes, 0, DAY);
}

const TARGET_GROUP = /^arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:targetgroup\/[^/]+\/\w+$/;
const LISTENER_RULE =
  /^arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:(listener-rule\/app(\/[^/]+){4}|listener\/net(\/[^/]+){3})$/;
const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/;

/**
 * Checks that each load balancer of a service has what a strategy with traffic shifts needs; with ROLLING only what is present is checked.
 * Messages: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
export function checkAdvancedConfiguration(settings: JsonObject, { extra }: DeploymentConfiguration): void {
  const strategy = deploymentStrategyOf(extra);
  const balancers = objects(settings.loadBalancers);
  const groups = balancers.flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    ...(object(advancedConfiguration).alternateTargetGroupArn === targetGroupArn
      ? []
      : [object(advancedConfiguration).alternateTargetGroupArn]),
  ]);
  const twice = groups.find((each, index) => each !== undefined && groups.indexOf(each) !== index);
  if (twice !== undefined && balancers.some(({ advancedConfiguration }) => advancedConfiguration !== undefined)) {
    throw invalidParameter(`Duplicate targetGroupArn found: ${twice}`);
  }
  for (const { targetGroupArn, advancedConfiguration } of balancers) {
    if (advancedConfiguration === undefined || advancedConfiguration === null) {
      if (strategy === "ROLLING") continue;
      // The message that https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/377 reports for LINEAR.
      const shown = strategy.toLowerCase().replace("_", "/");
      throw clientException(
        `advancedConfiguration field is required for all loadBalancers when using the ${shown} deployment strategy`,
      );
    }
    const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } =
      object(advancedConfiguration);
    checkArn("alternateTargetGroupArn", alternateTargetGroupArn, TARGET_GROUP, "the ARN of a target group");
    if (alternateTargetGroupArn === targetGroupArn) {
      throw invalidParameter("alternateTargetGroupArn must be another target group than targetGroupArn.");
    }
    checkRule("productionListenerRule", productionListenerRule);
    if (testListenerRule !== undefined) checkRule("testListenerRule", testListenerRule);
    if (testListenerRule === productionListenerRule) {
      throw invalidParameter(
        `The following rules cannot be used as both production and test listener rules: ${productionListenerRule}`,
      );
    }
    checkArn("roleArn", roleArn, ROLE, "the ARN of an IAM role");
  }
}

function checkArn(name: string, value: Json | undefined, form: RegExp, accepted: string): void {
  if (typeof value === "string" && form.test(value)) return;
  throw invalidParameter(`advancedConfiguration.${name} ${shownValue(value)}: ${accepted} is accepted.`);
}

function checkRule(name: string, value: Json | undefined): void {
  if (typeof value === "string" && LISTENER_RULE.test(value)) return;
  throw invalidParameter(
    `${name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${shownValue(value)}`,
  );
}

/** Checks a percentage of at most 100 with one decimal. */
function checkPercent(name: string, value: Json | undefined, min: number): void {
  if (value === undefined) return;
  const isTenth = typeof value === "number" && Math.abs(value * 10 - Math.round(value * 10)) < 1e-9;
  if (isTenth && value >= min && value <= 100) return;
  throw invalidParameter(`${name} ${value}: multiples of 0.1 from ${min.toFixed(1)} to 100.0 are accepted.`);
}

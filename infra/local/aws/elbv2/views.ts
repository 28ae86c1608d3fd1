import { nameOfGroup } from "../ecs/model/listener-rules.js";
import type { TargetDescription, TargetGroupSettings } from "../ecs/task-runtime.js";
import type { JsonObject } from "../protocol/service.js";

/** Converts to whole seconds, at least 1: the API has no shorter times. */
const seconds = (ms: number) => Math.ceil(ms / 1_000);

export function targetGroupView(
  group: { targetGroupArn: string; port: number; targetType: "ip" | "instance"; settings: TargetGroupSettings },
  loadBalancerArn: string,
): JsonObject {
  const { targetGroupArn, port, targetType, settings } = group;
  return {
    TargetGroupArn: targetGroupArn,
    TargetGroupName: nameOfGroup(targetGroupArn),
    Protocol: "HTTP",
    Port: port,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: "traffic-port",
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: seconds(settings.healthCheckInterval),
    HealthCheckTimeoutSeconds: seconds(settings.healthCheckTimeout),
    HealthyThresholdCount: settings.healthyThreshold,
    UnhealthyThresholdCount: settings.unhealthyThreshold,
    HealthCheckPath: settings.healthCheckPath,
    Matcher: { HttpCode: settings.matcher },
    LoadBalancerArns: [loadBalancerArn],
    TargetType: targetType,
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}

export function attributesView({ deregistrationDelay }: TargetGroupSettings): JsonObject[] {
  const attributes = {
    "deregistration_delay.timeout_seconds": String(seconds(deregistrationDelay)),
    "stickiness.enabled": "false",
    "slow_start.duration_seconds": "0",
    "load_balancing.algorithm.type": "round_robin",
  };
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}

export function healthView(target: TargetDescription): JsonObject {
  const { ip, instanceId = ip, port, state } = target;
  return {
    Target: { Id: instanceId, Port: port },
    HealthCheckPort: String(port),
    TargetHealth: { State: state, ...why(target) },
  };
}

/** Code and text, https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
function why({ state, reason = "" }: TargetDescription): JsonObject {
  switch (state) {
    case "healthy":
      return {};
    case "draining":
      return { Reason: "Target.DeregistrationInProgress", Description: "Target deregistration is in progress" };
    case "initial":
      return { Reason: "Elb.InitialHealthChecking", Description: "Initial health checks in progress" };
    default:
      return { Reason: codeOf(reason), Description: reason || "Health checks failed" };
  }
}

function codeOf(reason: string): string {
  if (reason.includes("with these codes")) return "Target.ResponseCodeMismatch";
  return reason === "Request timed out" ? "Target.Timeout" : "Target.FailedHealthChecks";
}

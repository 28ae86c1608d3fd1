import type { JsonObject } from "../../infra/local/aws/index.js";
import { registerVersion, setAlarm } from "./create-service.js";
import type { Environment } from "./environment.js";
import type { Intervention, Scenario } from "./scenario.js";
import { rulesOf, targetGroupOf } from "./traffic.js";

/** Carries out an intervention, and describes it. @throws Error where AWS refuses it. */
export async function intervene(
  environment: Environment,
  scenario: Scenario,
  intervention: Intervention,
): Promise<string> {
  const { cluster, service } = environment.target;
  const place = { cluster, service };
  const call = (operation: string, input: JsonObject, service = "ecs") => environment.call(service, operation, input);
  switch (intervention.do) {
    case "deploy": {
      const taskDefinition = await registerVersion(scenario, environment, intervention.version);
      await call("UpdateService", { ...place, taskDefinition, ...intervention.settings });
      return `operator deploys ${intervention.version} (${taskDefinition})`;
    }
    case "redeploy":
      await call("UpdateService", { ...place, forceNewDeployment: true });
      return "operator forces a new deployment";
    case "stop": {
      const { arn: serviceDeploymentArn } = await environment.newestDeployment();
      await call("StopServiceDeployment", { serviceDeploymentArn, stopType: intervention.stopType });
      return `operator stops the newest deployment: ${intervention.stopType}`;
    }
    case "continue": {
      const { arn: serviceDeploymentArn, waiting } = await environment.newestDeployment();
      const { action } = intervention;
      for (const hookId of waiting) await call("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action });
      return `operator lets ${waiting.length} hooks ${intervention.action === "CONTINUE" ? "go on" : "roll back"}`;
    }
    case "scale":
      await call("UpdateService", { ...place, desiredCount: intervention.desiredCount });
      return `operator scales to ${intervention.desiredCount}`;
    case "update":
      await call("UpdateService", { ...place, ...intervention.members });
      return `operator changes ${Object.keys(intervention.members).join(", ")}`;
    case "delete-service":
      await call("DeleteService", { ...place, force: true });
      return "operator deletes the service";
    case "delete-cluster":
      await call("DeleteCluster", { cluster });
      return "operator deletes the cluster";
    case "crash":
    case "stop-task": {
      const tasks = environment.running(intervention.version).slice(0, intervention.count);
      for (const task of tasks) {
        if (intervention.do === "crash") environment.crash(task);
        else await call("StopTask", { cluster, task });
      }
      return `${tasks.length} tasks of ${intervention.version} ${intervention.do === "crash" ? "crash" : "are stopped"}`;
    }
    case "protect": {
      // Maximum number in one call.
      const tasks = environment.running(intervention.version).slice(0, 10);
      const lasting = { protectionEnabled: true, expiresInMinutes: intervention.minutes };
      if (tasks.length > 0) await call("UpdateTaskProtection", { cluster, tasks, ...lasting });
      return `${tasks.length} tasks of ${intervention.version} are protected for ${intervention.minutes} min`;
    }
    case "alarm":
      await setAlarm(environment, intervention.name, intervention.state);
      return `alarm ${intervention.name} goes to ${intervention.state}`;
    case "deny":
      environment.deny(intervention.actions);
      return `the deployer may not ${intervention.actions.join(", ")} any more`;
    case "reset-rules": {
      const forward = { Type: "forward", TargetGroupArn: targetGroupOf(environment.target) };
      for (const arn of Object.values(rulesOf(scenario, environment.target))) {
        const [operation, change] = scenario.service?.network
          ? ["ModifyListener", { ListenerArn: arn, DefaultActions: [forward] }]
          : ["ModifyRule", { RuleArn: arn, Actions: [forward] }];
        await call(operation, change, "elasticloadbalancing");
      }
      return "another tool sets the listener rules back";
    }
    case "call":
      await call(intervention.operation, intervention.input, intervention.service);
      return `operator calls ${intervention.operation}`;
  }
}

import type { JsonObject } from "../../infra/local/aws/index.js";
import { operator, target } from "../scenario/fixture.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import { registerVersion, setAlarm } from "./create-virtual-service.js";
import type { VirtualAws } from "./virtual-aws.js";

/** Parts of the simulation that an intervention changes. */
export interface Reach {
  scenario: Scenario;
  aws: VirtualAws;
  noteStop: () => void;
}

const place = { cluster: target.cluster, service: target.service };

/** Carries out the intervention and traces its result: AWS may refuse it. */
export async function intervene(reach: Reach, intervention: Intervention): Promise<string> {
  try {
    return await carryOut(reach, intervention);
  } catch (error) {
    return `${intervention.do} was refused: ${(error as Error).message}`;
  }
}

async function carryOut(reach: Reach, intervention: Intervention): Promise<string> {
  const { aws } = reach;
  const call = (operation: string, input: JsonObject, service = "ecs") => aws.call(service, operation, input, operator);
  switch (intervention.do) {
    case "deploy": {
      const taskDefinition = await registerVersion(reach.scenario, aws, intervention.version);
      await call("UpdateService", { ...place, taskDefinition, ...intervention.settings });
      return `operator deploys ${intervention.version} (${taskDefinition})`;
    }
    case "redeploy":
      await call("UpdateService", { ...place, forceNewDeployment: true });
      return "operator forces a new deployment";
    case "stop": {
      const serviceDeploymentArn = Object.values(aws.state.services)[0]?.serviceDeployments.at(-1) ?? "";
      await call("StopServiceDeployment", { serviceDeploymentArn, stopType: intervention.stopType });
      reach.noteStop();
      return `operator stops the newest deployment: ${intervention.stopType}`;
    }
    case "continue": {
      const record = Object.values(aws.state.serviceDeployments).at(-1);
      const waiting = record?.hooks?.filter((hook) => hook.status === "AWAITING_ACTION") ?? [];
      for (const { id: hookId } of waiting)
        await call("ContinueServiceDeployment", {
          serviceDeploymentArn: record?.arn ?? "",
          hookId,
          action: intervention.action,
        });
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
      await call("DeleteCluster", { cluster: target.cluster });
      return "operator deletes the cluster";
    case "crash":
    case "stop-task": {
      const tasks = running(aws, intervention.version).slice(0, intervention.count);
      for (const task of tasks) {
        if (intervention.do === "crash") aws.runtime.crash(task, 1);
        else await call("StopTask", { cluster: target.cluster, task });
      }
      return `${tasks.length} tasks of ${intervention.version} ${intervention.do === "crash" ? "crash" : "are stopped"}`;
    }
    case "protect": {
      // Maximum number in one call.
      const tasks = running(aws, intervention.version).slice(0, 10);
      const lasting = { protectionEnabled: true, expiresInMinutes: intervention.minutes };
      if (tasks.length > 0) await call("UpdateTaskProtection", { cluster: target.cluster, tasks, ...lasting });
      return `${tasks.length} tasks of ${intervention.version} are protected for ${intervention.minutes} min`;
    }
    case "alarm":
      await setAlarm(aws, intervention.name, intervention.state);
      return `alarm ${intervention.name} goes to ${intervention.state}`;
    case "deny":
      aws.deny.push(...intervention.actions);
      return `the deployer may not ${intervention.actions.join(", ")} any more`;
    case "call":
      await call(intervention.operation, intervention.input, intervention.service);
      return `operator calls ${intervention.operation}`;
  }
}

function running({ state, taskScripts }: VirtualAws, version: string): string[] {
  return Object.values(state.tasks)
    .filter((task) => task.lastStatus === "RUNNING" && taskScripts.scriptOf(task.arn)?.version === version)
    .map((task) => task.arn);
}

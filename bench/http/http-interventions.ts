import * as sdk from "@aws-sdk/client-ecs";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import { setAlarm } from "./alarms.js";
import { deployByHand } from "./create-http-service.js";
import type { HttpEnvironment } from "./http-environment.js";

/** Carries out other users' interventions during a rollout. */
export async function intervene(stage: HttpEnvironment, scenario: Scenario, intervention: Intervention): Promise<void> {
  const { target, clients } = stage;
  const { cluster, service } = target;
  const { ecs } = clients;
  switch (intervention.do) {
    case "deploy": {
      const version = await stage.publish(intervention.version, scenario.others?.[intervention.version]?.image);
      return await deployByHand(clients, target, scenario.service ?? {}, version);
    }
    case "redeploy":
      await ecs.send(new sdk.UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
      return;
    case "stop": {
      const { serviceDeployments = [] } = await ecs.send(new sdk.ListServiceDeploymentsCommand({ cluster, service }));
      const serviceDeploymentArn = serviceDeployments[0]?.serviceDeploymentArn;
      const { stopType } = intervention;
      await ecs.send(new sdk.StopServiceDeploymentCommand({ serviceDeploymentArn, stopType }));
      return;
    }
    case "scale":
      await ecs.send(new sdk.UpdateServiceCommand({ cluster, service, desiredCount: intervention.desiredCount }));
      return;
    case "update":
      await ecs.send(new sdk.UpdateServiceCommand({ cluster, service, ...intervention.members }));
      return;
    case "delete-service":
      await ecs.send(new sdk.DeleteServiceCommand({ cluster, service, force: true }));
      return;
    case "delete-cluster":
      await ecs.send(new sdk.DeleteClusterCommand({ cluster })).catch((error: Error) => {
        if (!(error instanceof sdk.ClusterContainsServicesException)) throw error;
      });
      return;
    case "crash":
      for (const taskArn of stage.running(intervention.version).slice(0, intervention.count)) stage.crash(taskArn);
      return;
    case "stop-task":
      for (const task of stage.running(intervention.version).slice(0, intervention.count)) {
        await ecs.send(new sdk.StopTaskCommand({ cluster, task }));
      }
      return;
    case "protect": {
      // Maximum number in one call.
      const tasks = stage.running(intervention.version).slice(0, 10);
      const lasting = { protectionEnabled: true, expiresInMinutes: intervention.minutes };
      if (tasks.length > 0) await ecs.send(new sdk.UpdateTaskProtectionCommand({ cluster, tasks, ...lasting }));
      return;
    }
    case "alarm":
      return await setAlarm(clients, intervention.name, intervention.state);
    case "deny":
      stage.deny(intervention.actions);
      return;
    case "call":
      throw new Error(`The intervention ${JSON.stringify(intervention)} can be played in virtual time only.`);
  }
}

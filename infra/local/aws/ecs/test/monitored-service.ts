import { createInProcessAws, type InProcessAws } from "../../in-process.js";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createSimulatedLoadBalancer } from "../simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../simulated-tasks/simulated-runtime.js";
import { createWebService, taskDefinition } from "./virtual-ecs.js";

/** Creates a service of two tasks that has completed its first deployment, in an AWS with CloudWatch, and reads its newest deployment. */
export async function monitored(deploymentConfiguration: JsonObject = {}) {
  const clock = createVirtualClock();
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({ pull: 5_000, stop: 1_000 })),
    loadBalancer: createSimulatedLoadBalancer(clock),
  });
  const ecs = (operation: string, input: JsonObject) => aws.call("ecs", operation, input);
  await createWebService(aws, { desiredCount: 2 });
  clock.advance(200_000);
  await ecs("RegisterTaskDefinition", taskDefinition("good:2"));
  return {
    aws,
    clock,
    ecs,
    update: () => ecs("UpdateService", { service: "web", taskDefinition: "web", deploymentConfiguration }),
    newest: () => newest(aws),
    service: async () => ((await ecs("DescribeServices", { services: ["web"] })).services as Any[])[0],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: responses are read field by field, as JSON
type Any = any;

async function newest(aws: InProcessAws): Promise<Any> {
  const { serviceDeployments } = await aws.call("ecs", "ListServiceDeployments", { service: "web" });
  const [{ serviceDeploymentArn }] = serviceDeployments as Any[];
  const described = await aws.call("ecs", "DescribeServiceDeployments", {
    serviceDeploymentArns: [serviceDeploymentArn],
  });
  return (described.serviceDeployments as Any[])[0];
}

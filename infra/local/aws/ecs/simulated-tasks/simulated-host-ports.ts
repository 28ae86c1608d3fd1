import type { NetworkBinding } from "../model/capacity-records.js";
import { objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";

/** First port that Docker assigns: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
const FIRST = 32_768;

/** Returns a function that binds ports of containers to ports of their container instance; ports that are not fixed are assigned in order. */
export function hostPorts(): (spec: TaskSpec, container: string) => NetworkBinding[] {
  let next = FIRST;
  return ({ taskDefinition }, name) => {
    const container = objects(taskDefinition.containerDefinitions).find((each) => each.name === name);
    return objects(container?.portMappings)
      .filter(({ containerPort }) => containerPort !== undefined)
      .map(({ containerPort, hostPort, protocol }) => ({
        bindIP: "0.0.0.0",
        containerPort: Number(containerPort),
        hostPort: Number(hostPort) || next++,
        protocol: protocol === "udp" ? "udp" : "tcp",
      }));
  };
}

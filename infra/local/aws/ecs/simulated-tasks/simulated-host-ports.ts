import type { NetworkBinding } from "../model/capacity-records.js";
import { objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";

/** The first of the ports that Docker gives out: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
const FIRST = 32_768;

/** Binds the ports of containers to those of their container instance; those that are not fixed are given out in order. */
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

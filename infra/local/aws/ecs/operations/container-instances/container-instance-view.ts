import type { ContainerInstanceRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { remainingResources, tasksOn } from "../../scheduler/task-placement.js";
import type { JsonObject } from "../common/operation-context.js";
import { times } from "../common/operation-context.js";
import { tagsOf } from "../resource-tags.js";

/** Returns a container instance as DescribeContainerInstances returns it. */
export function instanceView(state: EcsState, instance: ContainerInstanceRecord, withTags: boolean): JsonObject {
  const { cpu, memory, ports } = remainingResources(state, instance);
  const tasks = tasksOn(state, instance).filter((task) => task.desiredStatus === "RUNNING");
  const running = (task: TaskRecord) => task.lastStatus === "RUNNING";
  const of = (protocol: string) =>
    ports.filter((port) => port.endsWith(protocol)).map((port) => port.slice(0, -protocol.length));
  const { tcp, udp } = instance.reservedPorts;
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: { agentVersion: "1.99.0", agentHash: "00000000", dockerVersion: "DockerVersion: 25.0.8" },
    remainingResources: resources(cpu, memory, of("/tcp"), of("/udp")),
    registeredResources: resources(instance.cpu, instance.memory, tcp, udp),
    status: instance.status,
    agentConnected: instance.status === "ACTIVE",
    runningTasksCount: tasks.filter(running).length,
    pendingTasksCount: tasks.filter((task) => !running(task)).length,
    attributes: instance.attributes.map((each) => ({ ...each })),
    ...times({ registeredAt: instance.registeredAt }),
    attachments: [],
    tags: withTags ? tagsOf(state, instance.arn) : [],
  };
}

function resources(cpu: number, memory: number, tcp: string[], udp: string[]): JsonObject[] {
  const resource = (name: string, type: string, value: JsonObject) => ({
    name,
    type,
    doubleValue: 0,
    longValue: 0,
    integerValue: 0,
    ...value,
  });
  return [
    resource("CPU", "INTEGER", { integerValue: cpu }),
    resource("MEMORY", "INTEGER", { integerValue: memory }),
    resource("PORTS", "STRINGSET", { stringSetValue: tcp }),
    resource("PORTS_UDP", "STRINGSET", { stringSetValue: udp }),
  ];
}

import { scopeOf } from "../model/arns.js";
import type { ContainerRecord, TaskRecord } from "../model/state.js";
import { taskHealth } from "../scheduler/health.js";
import type { JsonObject } from "./context.js";
import { times } from "./context.js";

/** A task as DescribeTasks answers it. */
export function taskView(task: TaskRecord): JsonObject {
  const connected = task.connectivityAt !== undefined;
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.taskDefinition,
    group: task.group,
    ...(task.startedBy !== undefined && { startedBy: task.startedBy }),
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: taskHealth(task),
    ...(connected && { connectivity: "CONNECTED" }),
    launchType: "FARGATE",
    platformVersion: task.platformVersion,
    platformFamily: "Linux",
    availabilityZone: `${scopeOf(task.arn).region}a`,
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    attachments: [networkInterface(task)],
    containers: task.containers.map((container) => containerView(task, container)),
    ...(task.cpu !== undefined && { cpu: task.cpu }),
    ...(task.memory !== undefined && { memory: task.memory }),
    enableExecuteCommand: false,
    inferenceAccelerators: [],
    ephemeralStorage: { sizeInGiB: 20 },
    overrides: {
      containerOverrides: task.containers.map(({ name }) => ({ name })),
      inferenceAcceleratorOverrides: [],
      ...task.overrides,
    },
    ...(task.stopCode !== undefined && { stopCode: task.stopCode }),
    ...(task.stoppedReason !== undefined && { stoppedReason: task.stoppedReason }),
    tags: [],
    version: task.version,
    ...times({
      createdAt: task.createdAt,
      pullStartedAt: task.pullStartedAt,
      pullStoppedAt: task.pullStoppedAt,
      connectivityAt: task.connectivityAt,
      startedAt: task.startedAt,
      stoppingAt: task.stoppingAt,
      executionStoppedAt: task.executionStoppedAt,
      stoppedAt: task.stoppedAt,
    }),
    ...task.extra,
  };
}

function networkInterface(task: TaskRecord): JsonObject {
  const details = [
    { name: "subnetId", value: task.subnetId },
    { name: "networkInterfaceId", value: task.networkInterfaceId },
    ...(task.ip === undefined ? [] : [{ name: "privateIPv4Address", value: task.ip }]),
  ];
  return { id: task.arn.slice(-32), type: "ElasticNetworkInterface", status: interfaceStatus(task), details };
}

function interfaceStatus(task: TaskRecord): string {
  if (task.lastStatus === "PROVISIONING") return "PRECREATED";
  if (task.lastStatus === "STOPPED") return "DELETED";
  return "ATTACHED";
}

function containerView(task: TaskRecord, container: ContainerRecord): JsonObject {
  const { arn, name, image, imageDigest, runtimeId, exitCode, reason } = container;
  return {
    containerArn: arn,
    taskArn: task.arn,
    name,
    image,
    ...(imageDigest !== undefined && { imageDigest }),
    ...(runtimeId !== undefined && { runtimeId }),
    lastStatus: container.lastStatus,
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
    networkBindings: [],
    networkInterfaces:
      task.ip === undefined ? [] : [{ attachmentId: task.arn.slice(-32), privateIpv4Address: task.ip }],
    healthStatus: container.health,
    managedAgents: [],
    cpu: container.cpu,
    ...(container.memory !== undefined && { memory: container.memory }),
    ...(container.memoryReservation !== undefined && { memoryReservation: container.memoryReservation }),
  };
}

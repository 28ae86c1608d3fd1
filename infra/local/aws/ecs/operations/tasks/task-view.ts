import { scopeOf } from "../../model/ecs-arns.js";
import type { ContainerInstanceRecord, ContainerRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { object } from "../../model/task-definition-json.js";
import { taskHealth } from "../../scheduler/task-health.js";
import type { JsonObject } from "../common/operation-context.js";
import { times } from "../common/operation-context.js";

/** Returns a task as DescribeTasks returns it. */
export function taskView(state: EcsState, task: TaskRecord): JsonObject {
  const connected = task.connectivityAt !== undefined;
  const { launchType = "FARGATE", capacityProviderName, containerInstanceArn } = task;
  const instance = state.containerInstances[containerInstanceArn ?? ""];
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
    launchType,
    ...(capacityProviderName !== undefined && { capacityProviderName }),
    ...(containerInstanceArn !== undefined && { containerInstanceArn }),
    ...(launchType === "FARGATE" && {
      platformVersion: task.platformVersion,
      platformFamily: "Linux",
      ephemeralStorage: { sizeInGiB: storageOf(state, task) },
    }),
    availabilityZone: `${scopeOf(task.arn).region}a`,
    attributes: [{ name: "ecs.cpu-architecture", value: architectureOf(instance) }],
    attachments: [...networkInterfaces(task), ...volumes(task)],
    containers: task.containers.map((container) => containerView(task, container)),
    ...(task.cpu !== undefined && { cpu: task.cpu }),
    ...(task.memory !== undefined && { memory: task.memory }),
    enableExecuteCommand: false,
    inferenceAccelerators: [],
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

const architectureOf = (instance: ContainerInstanceRecord | undefined) =>
  instance?.attributes.find(({ name }) => name === "ecs.cpu-architecture")?.value ?? "x86_64";

/** Returns the ephemeral storage of a task on Fargate in GiB, by default 20: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html */
function storageOf(state: EcsState, task: TaskRecord): number {
  const { ephemeralStorage } = state.taskDefinitions[task.taskDefinition]?.document ?? {};
  const { sizeInGiB = 20 } = { ...object(ephemeralStorage), ...object(task.overrides.ephemeralStorage) };
  return Number(sizeInGiB);
}

/** Returns the network interface of a task in awsvpc mode. Address and DNS name are present once they are known. */
function networkInterfaces(task: TaskRecord): JsonObject[] {
  if ((task.networkMode ?? "awsvpc") !== "awsvpc") return [];
  const { region } = scopeOf(task.arn);
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  const details = [
    { name: "subnetId", value: task.subnetId },
    { name: "networkInterfaceId", value: task.networkInterfaceId },
    { name: "macAddress", value: macAddress(task) },
    ...(task.ip
      ? [
          { name: "privateDnsName", value: `ip-${task.ip.replaceAll(".", "-")}.${domain}` },
          { name: "privateIPv4Address", value: task.ip },
        ]
      : []),
  ];
  return [{ id: attachmentId(task), type: "ElasticNetworkInterface", status: interfaceStatus(task), details }];
}

const attachmentId = (task: TaskRecord) => task.arn.slice(-32);

/** Returns a locally administered address that is derived from the interface's id. */
const macAddress = ({ networkInterfaceId }: TaskRecord) =>
  ["0a", ...(networkInterfaceId.slice(-10).match(/../g) ?? [])].join(":");

const volumes = (task: TaskRecord): JsonObject[] =>
  (task.volumes ?? []).map((volume) => ({ ...volume, status: volumeStatus(task) }));

function volumeStatus({ lastStatus }: TaskRecord): string {
  if (lastStatus === "PROVISIONING") return "CREATED";
  return lastStatus === "STOPPED" ? "DELETED" : "ATTACHED";
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
    networkBindings: (container.networkBindings ?? []).map((each) => ({ ...each })),
    networkInterfaces:
      task.ip && (task.networkMode ?? "awsvpc") === "awsvpc"
        ? [{ attachmentId: attachmentId(task), privateIpv4Address: task.ip }]
        : [],
    healthStatus: container.health,
    managedAgents: task.extra.enableExecuteCommand === true ? [commandAgent(task, container)] : [],
    cpu: container.cpu,
    ...(container.memory !== undefined && { memory: container.memory }),
    ...(container.memoryReservation !== undefined && { memoryReservation: container.memoryReservation }),
  };
}

/** Returns the agent of ECS Exec in a container: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedAgent.html */
function commandAgent(task: TaskRecord, { lastStatus }: ContainerRecord): JsonObject {
  return {
    name: "ExecuteCommandAgent",
    lastStatus,
    ...(lastStatus !== "PENDING" && times({ lastStartedAt: task.startedAt ?? task.pullStoppedAt })),
  };
}

import { resourceArn } from "../../model/ecs-arns.js";
import type { ClusterRecord, ContainerInstanceRecord, EcsState } from "../../model/ecs-state.js";
import { objects, texts as textsOf } from "../../model/task-definition-json.js";
import { satisfies, unknownPart } from "../../scheduler/placement-constraints.js";
import { instancesOf, tasksOn } from "../../scheduler/task-placement.js";
import { stopTask } from "../../scheduler/task-transitions.js";
import { type Random, randomHex } from "../../seeded-random.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster, toArn } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import type { JsonObject, Machine, Operations } from "../common/operation-context.js";
import { textIn, textsIn } from "../common/operation-context.js";
import { checkedTags } from "../resource-tags.js";
import { instanceView } from "./container-instance-view.js";

const DESCRIBED_AT_ONCE = 100;
/** Maximum number of container instances: each has a loopback address. */
const MAX_INSTANCES = 100;
/** Ports that the ECS agent reserves: SSH, Docker's and its own. */
const RESERVED = ["22", "2375", "2376", "51678", "51679"];

/**
 * Operations on container instances, on which tasks of the EC2 launch type run. As on AWS a cluster has none until one is registered; each
 * represents this machine, or the part of it that is registered.
 */
export const containerInstanceOperations: Operations = (api) => ({
  RegisterContainerInstance: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const tags = checkedTags(input);
    return api.scheduler.change((context) => {
      const { state, now, random } = context;
      const known = state.containerInstances[textIn(input, "containerInstanceArn") ?? ""];
      const count = Object.keys(state.containerInstances).length;
      if (known === undefined && count >= MAX_INSTANCES)
        throw invalidParameter(`At most ${MAX_INSTANCES} container instances are supported.`);
      const made = known ?? newInstance(random, cluster, count);
      const instance = { ...made, ...resourcesOf(input, api.machine), ...attributesOf(input, api.machine, cluster) };
      instance.registeredAt = known?.registeredAt ?? now;
      instance.version++;
      state.containerInstances[instance.arn] = instance;
      if (tags.length > 0) state.tags[instance.arn] = tags;
      return { containerInstance: instanceView(state, instance, true) };
    });
  },

  DeregisterContainerInstance: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    return api.scheduler.change((context) => {
      const instance = peekInstance(context.state, cluster, textIn(input, "containerInstance") ?? "");
      if (instance?.status !== "ACTIVE") throw invalidParameter("Referenced container instance not found.");
      const tasks = tasksOn(context.state, instance);
      if (tasks.length > 0 && input.force !== true) throw invalidParameter("Found running tasks on the instance.");
      // On AWS they run until the machine terminates; here deregistration terminates it.
      const reason = `Host EC2 (instance ${instance.ec2InstanceId}) terminated.`;
      for (const task of tasks) stopTask(context, task, { code: "TerminationNotice", reason });
      instance.status = "INACTIVE";
      instance.version++;
      return { containerInstance: instanceView(context.state, instance, true) };
    });
  },

  DescribeContainerInstances: (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const references = textsIn(input, "containerInstances");
    if (references.length === 0) throw invalidParameter("Container instances cannot be empty.");
    if (references.length > DESCRIBED_AT_ONCE)
      throw invalidParameter(`Container instances cannot have more than ${DESCRIBED_AT_ONCE} items.`);
    const withTags = textsIn(input, "include").includes("TAGS");
    const containerInstances: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of references) {
      const instance = peekInstance(state, cluster, reference);
      if (instance !== undefined) containerInstances.push(instanceView(state, instance, withTags));
      else failures.push({ arn: toArn(cluster, "container-instance", reference), reason: "MISSING" });
    }
    return { containerInstances, failures };
  },

  ListContainerInstances: (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const status = textIn(input, "status") ?? "ACTIVE";
    const filter = textIn(input, "filter");
    const unknown = filter === undefined ? undefined : unknownPart(filter);
    if (unknown !== undefined)
      throw invalidParameter(`Invalid filter '${unknown}': comparisons of attributes are supported.`);
    const found = status === "ACTIVE" ? instancesOf(state, cluster.arn) : [];
    const { items, ...next } = pageByKey(
      found.filter((instance) => filter === undefined || satisfies(instance, filter)),
      input,
      { keyOf: (instance) => instance.arn, size: 100 },
    );
    return { containerInstanceArns: items.map((instance) => instance.arn), ...next };
  },
});

function peekInstance(state: EcsState, cluster: ClusterRecord, reference: string): ContainerInstanceRecord | undefined {
  const instance = state.containerInstances[toArn(cluster, "container-instance", reference)];
  return instance?.clusterArn === cluster.arn ? instance : undefined;
}

function newInstance(random: Random, cluster: ClusterRecord, index: number): ContainerInstanceRecord {
  const id = randomHex(random, 32);
  return {
    arn: resourceArn(cluster.arn, "container-instance", id),
    id,
    clusterArn: cluster.arn,
    ec2InstanceId: `i-${randomHex(random, 17)}`,
    status: "ACTIVE",
    cpu: 0,
    memory: 0,
    reservedPorts: { tcp: [], udp: [] },
    attributes: [],
    address: `127.0.0.${index + 1}`,
    registeredAt: 0,
    version: 0,
  };
}

/** Returns the resources that the request registers; by default all of this machine's. */
function resourcesOf({ totalResources }: JsonObject, machine: Machine) {
  const given = new Map(objects(totalResources).map((each) => [String(each.name), each]));
  const amount = (name: string, fallback: number) => {
    const { integerValue } = given.get(name) ?? {};
    if (integerValue === undefined) return fallback;
    if (typeof integerValue === "number" && integerValue > 0) return integerValue;
    throw invalidParameter(`The resource ${name} must have an integerValue greater than 0.`);
  };
  const ports = (name: string, fallback: string[]) => {
    const resource = given.get(name);
    return resource === undefined ? fallback : textsOf(resource.stringSetValue);
  };
  return {
    cpu: amount("CPU", machine.cpu),
    memory: amount("MEMORY", machine.memory),
    reservedPorts: { tcp: ports("PORTS", RESERVED), udp: ports("PORTS_UDP", []) },
  };
}

/** Capabilities that an agent registers: all that a task definition can require here. */
const CAPABILITIES = [
  "com.amazonaws.ecs.capability.docker-remote-api.1.18",
  "com.amazonaws.ecs.capability.ecr-auth",
  "com.amazonaws.ecs.capability.logging-driver.awslogs",
  "com.amazonaws.ecs.capability.task-iam-role",
  "ecs.capability.container-health-check",
  "ecs.capability.execution-role-awslogs",
  "ecs.capability.execution-role-ecr-pull",
  "ecs.capability.secrets.ssm.environment-variables",
  "ecs.capability.task-eni",
];

/** Returns the attributes that the request registers and those that ECS adds; without any in the request, every capability. */
function attributesOf(input: JsonObject, { architecture }: Machine, { arn }: ClusterRecord) {
  const sent = objects(input.attributes).map(({ name, value }) => ({
    name: String(name ?? ""),
    ...(typeof value === "string" && { value }),
  }));
  const builtIn = [
    { name: "ecs.availability-zone", value: `${arn.split(":")[3]}a` },
    { name: "ecs.cpu-architecture", value: architecture },
    { name: "ecs.instance-type", value: "local" },
    { name: "ecs.os-type", value: "linux" },
  ];
  const own = sent.length > 0 ? sent : CAPABILITIES.map((name) => ({ name }));
  const names = new Set(own.map(({ name }) => name));
  return { attributes: [...own, ...builtIn.filter(({ name }) => !names.has(name))] };
}

/** Small ECS of one service, scripted by each test: no scheduler, only the shapes and the texts of the API. */

import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import type { Clock } from "../../lib/common/clock.js";
import type { Target } from "../../lib/config/target.js";
import { type FakeResponse, Fault, type Script } from "./fake-aws.js";

export const target: Target = {
  region: "us-west-2",
  account: "123456789012",
  cluster: "uf-cloud-ops-exercise",
  service: "uf-cloud-ops-exercise-app",
  family: "service",
  container: "app",
  repository: "uf-cloud-ops-exercise-app",
  containerPort: 5000,
  platform: "linux/amd64",
};
export const oldDigest = `sha256:${"0".repeat(64)}`;
export const newDigest = `sha256:${"1".repeat(64)}`;
export const repository = "123456789012.dkr.ecr.us-west-2.amazonaws.com/uf-cloud-ops-exercise-app";
export const release = { version: "v1.1.0", image: `${repository}@${newDigest}`, digest: newDigest };

const arn = (rest: string) => `arn:aws:ecs:us-west-2:123456789012:${rest}`;
export const revisionArn = (revision: number) => arn(`task-definition/service:${revision}`);

/** State of a test's ECS, which the test's story changes. */
export interface World {
  /** Seconds since the epoch, as on the wire. */
  now(): number;
  taskDefinitions: Map<string, { taskDefinition: JsonObject; tags: JsonObject[] }>;
  service: JsonObject & { deployments: JsonObject[]; events: JsonObject[] };
  /** Newest first; the API returns `taskDefinition` through its service revision. */
  serviceDeployments: (JsonObject & { taskDefinition: string })[];
  tasks: JsonObject[];
  /** Seconds for which ECS does not list a new service deployment. */
  listLag: number;
}

/** Changes, each with its time in seconds after UpdateService or StopServiceDeployment. */
export type Story = [seconds: number, change: (world: World) => void][];

/** Stories by the call that starts them. */
export interface Stories {
  /** After the first UpdateService, the second, …; the last one applies to all further calls too. */
  updates: Story[];
  /** After StopServiceDeployment. */
  stop?: Story;
}

export function scriptedEcs(clock: Clock, given: Story | Stories = []): { world: World; script: Script } {
  const world = firstWorld(() => clock.now() / 1000);
  const { updates, stop = [] } = Array.isArray(given) ? { updates: [given] } : given;
  let pending: Story = [];
  let begun = 0;
  const begin = (story: Story) => {
    pending = story.map(([seconds, change]) => [world.now() + seconds, change]);
  };
  const live = () => {
    while (pending[0] && pending[0][0] <= world.now()) pending.shift()?.[1](world);
  };
  const handlers: Script = {
    DescribeServices: () => ({ services: [world.service], failures: [] }),
    DescribeTaskDefinition: (input) =>
      world.taskDefinitions.get(String(input.taskDefinition)) ?? new Fault("ClientException", "Unable to describe."),
    ListTaskDefinitions: (input) => ({
      taskDefinitionArns: [...world.taskDefinitions]
        .filter(([, { taskDefinition }]) => Number(taskDefinition.registeredAt) + world.listLag <= world.now())
        .map(([arn]) => arn)
        .reverse()
        .slice(0, Number(input.maxResults ?? 100)),
    }),
    RegisterTaskDefinition: (input) => register(world, input),
    UpdateService: (input) => {
      // As in ECS, an update to the current revision begins no deployment.
      if (world.service.taskDefinition === input.taskDefinition) return { service: world.service };
      update(world, String(input.taskDefinition));
      if (input.desiredCount !== undefined) world.service.desiredCount = input.desiredCount;
      begin(updates[Math.min(begun++, updates.length - 1)] ?? []);
      return { service: world.service };
    },
    StopServiceDeployment: (input) => {
      const found = world.serviceDeployments.find((one) => one.serviceDeploymentArn === input.serviceDeploymentArn);
      if (!["PENDING", "IN_PROGRESS"].includes(String(found?.status)))
        return new Fault("ConflictException", "It has ended.");
      Object.assign(found ?? {}, { status: "ROLLBACK_REQUESTED" });
      begin(stop);
      return { serviceDeploymentArn: String(input.serviceDeploymentArn) };
    },
    TagResource: (input) => {
      const found = world.taskDefinitions.get(String(input.resourceArn));
      if (!found) return new Fault("ClientException", "The specified resource was not found.");
      const added = input.tags as JsonObject[];
      found.tags = [...found.tags.filter(({ key }) => !added.some((one) => one.key === key)), ...added];
      return {};
    },
    ListServiceDeployments: () => ({
      serviceDeployments: world.serviceDeployments
        .filter((one) => Number(one.createdAt) + world.listLag <= world.now())
        .map(({ taskDefinition, ...rest }) => ({ ...rest, targetServiceRevisionArn: `revision-of/${taskDefinition}` })),
    }),
    DescribeServiceRevisions: (input) => ({
      serviceRevisions: (input.serviceRevisionArns as string[]).map((one) => ({
        serviceRevisionArn: one,
        taskDefinition: one.slice("revision-of/".length),
      })),
    }),
    DescribeServiceDeployments: (input) => ({
      serviceDeployments: world.serviceDeployments
        .filter((one) => (input.serviceDeploymentArns as string[]).includes(String(one.serviceDeploymentArn)))
        .map(({ taskDefinition, ...rest }) => ({
          ...rest,
          targetServiceRevision: { arn: `revision-of/${taskDefinition}` },
        })),
    }),
    ListTasks: (input) => ({
      taskArns: world.tasks
        .filter((one) => one.desiredStatus === input.desiredStatus)
        .map((one) => String(one.taskArn)),
    }),
    DescribeTasks: (input) => ({
      tasks: world.tasks.filter((one) => (input.tasks as string[]).includes(String(one.taskArn))),
    }),
  };
  const script = Object.entries(handlers).map(([name, handle]) => {
    const alive = (input: JsonObject): FakeResponse => {
      live();
      return handle(input);
    };
    return [name, alive];
  });
  return { world, script: Object.fromEntries(script) };
}

function firstWorld(now: () => number): World {
  const taskDefinition = revisionArn(7);
  const logs = { "awslogs-group": "/app", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "ecs" };
  const app = {
    name: "app",
    image: `${repository}@${oldDigest}`,
    environment: [
      { name: "PASSWORD", value: "not-for-print" },
      { name: "VERSION", value: "v1.0.0" },
    ],
    logConfiguration: { logDriver: "awslogs", options: logs },
  };
  const world: World = {
    now,
    taskDefinitions: new Map(),
    service: {
      serviceName: target.service,
      status: "ACTIVE",
      schedulingStrategy: "REPLICA",
      taskDefinition,
      desiredCount: 1,
      runningCount: 1,
      pendingCount: 0,
      deployments: [deployment("ecs-svc/1000000000000000001", taskDefinition, now(), "COMPLETED")],
      events: [event("e1", now(), "has reached a steady state.")],
    },
    serviceDeployments: [serviceDeployment(1, taskDefinition, now(), "SUCCESSFUL")],
    tasks: [],
    listLag: 0,
  };
  register(world, { family: "service", containerDefinitions: [app] }, 7);
  addTask(world, "a0", taskDefinition, oldDigest);
  return world;
}

function register(world: World, input: JsonObject, revision = world.taskDefinitions.size + 7): JsonObject {
  const { tags, ...rest } = input;
  const answered = { taskDefinitionArn: revisionArn(revision), revision, status: "ACTIVE", registeredAt: world.now() };
  const taskDefinition = { ...rest, ...answered };
  world.taskDefinitions.set(revisionArn(revision), { taskDefinition, tags: (tags ?? []) as JsonObject[] });
  return { taskDefinition };
}

/** Applies an UpdateService of any user: a new deployment replaces the primary one. */
export function update(world: World, taskDefinition: string): void {
  const { service } = world;
  const number = world.serviceDeployments.length + 1;
  for (const one of service.deployments) one.status = "ACTIVE";
  service.deployments.unshift(
    deployment(`ecs-svc/100000000000000000${number}`, taskDefinition, world.now(), "IN_PROGRESS"),
  );
  const sources = [{ arn: `revision-of/${service.taskDefinition}` }];
  service.taskDefinition = taskDefinition;
  const begun = serviceDeployment(number, taskDefinition, world.now(), "IN_PROGRESS");
  world.serviceDeployments.unshift({ ...begun, sourceServiceRevisions: sources });
}

export function addTask(
  world: World,
  id: string,
  taskDefinition: string,
  imageDigest: string,
  more: JsonObject = {},
): void {
  world.tasks.push({
    taskArn: arn(`task/${target.cluster}/${id.padEnd(32, "0")}`),
    taskDefinitionArn: taskDefinition,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    containers: [{ name: "app", imageDigest }],
    ...more,
  });
}

export function addEvent(world: World, id: string, text: string): void {
  world.service.events.unshift(event(id, world.now(), text));
}

function event(id: string, createdAt: number, text: string): JsonObject {
  return { id, createdAt, message: `(service ${target.service}) ${text}` };
}

function deployment(id: string, taskDefinition: string, createdAt: number, rolloutState: string): JsonObject {
  const rolloutStateReason = `ECS deployment ${id} ${rolloutState === "COMPLETED" ? "completed" : "in progress"}.`;
  const counts = { desiredCount: 1, runningCount: 0, pendingCount: 0, failedTasks: 0 };
  return { id, status: "PRIMARY", taskDefinition, createdAt, rolloutState, rolloutStateReason, ...counts };
}

function serviceDeployment(number: number, taskDefinition: string, createdAt: number, status: string) {
  const id = `service-deployment/${target.cluster}/${target.service}/sd${number}`;
  return { serviceDeploymentArn: arn(id), createdAt, status, taskDefinition };
}

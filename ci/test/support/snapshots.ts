import type { DeploymentView, ServiceDeploymentView, Snapshot, Subject, TaskView } from "../../lib/ecs/snapshot.js";
import { newDigest, oldDigest, revisionArn } from "./scripted-ecs.js";

export const ours = revisionArn(8);
export const base = revisionArn(7);
export const subject: Subject = {
  taskDefinition: ours,
  container: "app",
  digests: [newDigest],
  registeredAt: 0,
  deploymentId: "ecs-svc/2",
  deadline: 600_000,
};

export const deployment = (more: Partial<DeploymentView> = {}): DeploymentView => ({
  id: "ecs-svc/2",
  status: "PRIMARY",
  taskDefinition: ours,
  desiredCount: 1,
  runningCount: 1,
  pendingCount: 0,
  failedTasks: 0,
  rolloutState: "COMPLETED",
  createdAt: 1000,
  ...more,
});

export const serviceDeployment = (
  status: string,
  more: Partial<ServiceDeploymentView> = {},
): ServiceDeploymentView => ({
  arn: "arn:sd2",
  status,
  createdAt: 1000,
  target: "arn:sr2",
  sources: [],
  earlySuccess: false,
  waitingHooks: [],
  runningHooks: [],
  ...more,
});

export const task = (more: Partial<TaskView> = {}): TaskView => ({
  arn: "arn:task/c/aaaaaaaa",
  taskDefinition: ours,
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  containers: [{ name: "app", imageDigest: newDigest }],
  ...more,
});

export const oldTask = (more: Partial<TaskView> = {}): TaskView =>
  task({
    arn: "arn:task/c/bbbbbbbb",
    taskDefinition: base,
    containers: [{ name: "app", imageDigest: oldDigest }],
    ...more,
  });

interface Parts {
  at?: number;
  desiredCount?: number;
  deployments?: DeploymentView[];
  ours?: ServiceDeploymentView;
  tasks?: TaskView[];
  events?: string[];
}

/** Returns an observation of a service after a successful rollout of ours, changed by `parts`. */
export function snapshot(parts: Parts = {}): Snapshot {
  const { at = 0, desiredCount = 1, deployments = [deployment()], tasks = [task()], events = [] } = parts;
  return {
    at,
    tasksAt: at,
    tasks,
    ...(parts.ours && { ours: parts.ours }),
    service: {
      status: "ACTIVE",
      desiredCount,
      runningCount: 1,
      pendingCount: 0,
      deployments,
      events: events.map((message, index) => ({ id: `e${index}`, at: 1000 - index, message })),
    },
  };
}

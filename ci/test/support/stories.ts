/** Outcomes of a rollout, as changes of the scripted ECS. */
import { addEvent, addTask, newDigest, oldDigest, revisionArn, type Story, type World } from "./scripted-ecs.js";

const ours = revisionArn(8);

/** A normal replacement: the old task drains on for 38 s after the service deployment has ended. */
export const success: Story = [
  [45, (world) => addTask(world, "b1", ours, newDigest)],
  [
    70,
    (world) => {
      set(world.tasks[0], { desiredStatus: "STOPPED" });
      addEvent(world, "e2", "has begun draining connections on 1 tasks.");
    },
  ],
  [80, (world) => set(world.serviceDeployments[0], { status: "SUCCESSFUL" })],
  [
    118,
    (world) => {
      set(world.tasks[0], { lastStatus: "STOPPED", stopCode: "ServiceSchedulerInitiated" });
      set(world.service.deployments[0], { rolloutState: "COMPLETED", runningCount: 1 });
      world.service.deployments.pop();
    },
  ],
];

/** Replacement in a service with early success criteria: early from second 80 on, deployed from 118 on. */
export const earlySuccess: Story = [
  [
    1,
    ({ serviceDeployments }) =>
      set(serviceDeployments[0], { deploymentConfiguration: { earlySuccessCriteria: { enable: true } } }),
  ],
  ...success.slice(0, 2),
  [80, (world) => addEvent(world, "e3", "has stopped 1 running tasks.")],
  ...success.slice(2),
];

export const crash = {
  lastStatus: "STOPPED",
  desiredStatus: "STOPPED",
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containers: [{ name: "app", imageDigest: newDigest, exitCode: 1 }],
};

/** The breaker fires after three crashed tasks; the service goes back to the old task. */
export function crashLoop(variant: "old-id" | "new-id"): Story {
  return [
    [40, (world) => failTask(world, "c1", 1)],
    [80, (world) => failTask(world, "c2", 2)],
    [120, (world) => failTask(world, "c3", 3)],
    [158, (world) => beginRollback(world, variant)],
    [182, endRollback],
  ];
}

function failTask(world: World, id: string, failedTasks: number): void {
  addTask(world, id, ours, newDigest, crash);
  set(world.service.deployments[0], { failedTasks });
}

const tripped = { deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 } };

export function beginRollback(world: World, variant: "old-id" | "new-id", more: object = tripped): void {
  const [failed, previous] = world.service.deployments;
  const id = variant === "old-id" ? String(previous?.id) : "ecs-svc/1000000000000000009";
  set(failed, {
    status: "ACTIVE",
    rolloutState: "FAILED",
    rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
  });
  const rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`;
  set(previous, { id, status: "PRIMARY", rolloutState: "IN_PROGRESS", rolloutStateReason, createdAt: world.now() });
  world.service.deployments.reverse();
  world.service.taskDefinition = String(previous?.taskDefinition);
  addEvent(world, "e8", `(deployment ${failed?.id}) deployment failed: tasks failed to start.`);
  addEvent(world, "e9", `rolling back to deployment ${id}.`);
  set(world.serviceDeployments[0], { status: "ROLLBACK_IN_PROGRESS", ...more });
}

function endRollback(world: World): void {
  set(world.service.deployments[0], { rolloutState: "COMPLETED" });
  world.service.deployments.pop();
  set(world.serviceDeployments[0], {
    status: "ROLLBACK_SUCCESSFUL",
    statusReason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
  });
}

export function set(object: object | undefined, members: object): void {
  Object.assign(object ?? {}, members);
}

/** A copy of the previous revision replaces ours, by the second UpdateService. */
export const automaticallyRolledBack: Story = [
  [10, (world) => addTask(world, "u1", revisionArn(9), oldDigest)],
  [20, (world) => endTasks(world, ours)],
  [
    25,
    (world) => {
      set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
      set(world.service.deployments[0], { rolloutState: "COMPLETED", runningCount: 1 });
      world.service.deployments.splice(1);
    },
  ],
];

function endTasks(world: World, taskDefinition: string): void {
  const ended = world.tasks.filter((task) => task.taskDefinitionArn === taskDefinition);
  for (const task of ended) set(task, { desiredStatus: "STOPPED", lastStatus: "STOPPED" });
}

/** The breaker stops it after three crashed tasks, and nothing is rolled back. */
export const givenUp: Story = [
  ...crashLoop("old-id").slice(0, 3),
  [
    158,
    (world) => {
      set(world.service.deployments[0], { rolloutState: "FAILED" });
      set(world.serviceDeployments[0], {
        status: "STOPPED",
        statusReason: "Service deployment stopped because the circuit breaker threshold was exceeded.",
        deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 },
      });
    },
  ],
];

const missing = {
  lastStatus: "STOPPED",
  desiredStatus: "STOPPED",
  stopCode: "TaskFailedToStart",
  stoppedReason:
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref IMAGE: IMAGE: not found",
  containers: [{ name: "app" }],
};

/** Missing image: failures at the times measured in a real account, and a breaker that fires only after the third. */
export const imageMissing: Story = [
  [154, (world) => failToStart(world, "m1", 1)],
  [286, (world) => failToStart(world, "m2", 2)],
  [660, (world) => failToStart(world, "m3", 3)],
  [704, (world) => beginRollback(world, "old-id")],
  [728, endRollback],
];

/** Events after a user's or our own request to roll back. */
export const rolledBackOnRequest: Story = [
  [3, (world) => beginRollback(world, "old-id", {})],
  [
    27,
    (world) => {
      endRollback(world);
      set(world.serviceDeployments[0], { statusReason: "Service deployment rolled back by user." });
    },
  ],
];

function failToStart(world: World, id: string, failedTasks: number): void {
  addTask(world, id, ours, newDigest, missing);
  set(world.service.deployments[0], { failedTasks });
}

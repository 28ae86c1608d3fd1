import type { Drill } from "../drill.js";
import { exits, notFound, unhealthyTarget } from "./drill-scripts.js";

const inTheMiddle = 60_000;
const slow = { start: 120_000 };

/** Every 3 s for 13 minutes, which includes the start of ECS's rollback in every environment. */
const everyThreeSeconds = Array.from({ length: 260 }, (_, index) => index * 3_000);

/** Operations by users, and settings of the service itself. */
export const control: Drill[] = [
  {
    name: "breaker-without-rollback",
    description: "Every task exits at once; the circuit breaker ends the rollout without a rollback.",
    scenario: { service: { breaker: "stop" }, release: { tasks: [exits(1, 500)] } },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "no-breaker",
    description: "The load balancer finds no task healthy, and nothing ends the deployment.",
    scenario: {
      service: { breaker: "off" },
      release: { tasks: [unhealthyTarget("Health checks failed with these codes: [503]")] },
    },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-code",
  },
  {
    name: "nothing-to-return-to",
    description: "No deployment of the service has ever completed.",
    scenario: { before: { completed: false, tasks: [exits(1, 500)] } },
    ends: { refused: "nothing-to-return-to" },
  },
  {
    name: "nothing-to-return-to-ignored",
    description: "No deployment of the service has ever completed, and this one fails too.",
    scenario: {
      before: { completed: false, tasks: [exits(1, 500)] },
      release: { tasks: [exits(1, 500)] },
      deployer: { ignore: ["nothing-to-return-to"] },
    },
    ends: { verdict: "failed" },
    cause: "container-exits",
  },
  {
    name: "rollback-fails-too",
    description: "The new version crashes, and so does the old one when ECS goes back to it.",
    scenario: {
      service: { minimumHealthyPercent: 0, maximumPercent: 100 },
      release: { tasks: [exits(1, 500)] },
      interventions: everyThreeSeconds.map((at) => ({ at, do: "crash", version: "v1.0.0", count: 1 })),
    },
    ends: { verdict: "failed" },
    cause: "container-exits",
  },
  {
    name: "concurrent-deploy",
    description: "While the tasks start, another user deploys another version, which succeeds.",
    scenario: {
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "deploy", version: "v9.9.9" }],
    },
    ends: { verdict: "superseded" },
  },
  {
    name: "concurrent-deploy-that-crashes",
    description: "While the tasks start, another user deploys another version, which is rolled back.",
    scenario: {
      release: { tasks: [slow] },
      others: { "v9.9.9": { tasks: [exits(1, 500)] } },
      interventions: [{ at: inTheMiddle, do: "deploy", version: "v9.9.9" }],
    },
    ends: { verdict: "superseded" },
  },
  {
    name: "user-forces-new-deployment",
    description: "While the tasks start, a user forces a new deployment of the same revision.",
    scenario: { release: { tasks: [slow] }, interventions: [{ at: inTheMiddle, do: "redeploy" }] },
    ends: { verdict: "superseded" },
  },
  {
    name: "user-stops-deployment",
    description: "While the tasks start, a user stops the deployment for good.",
    scenario: {
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "stop", stopType: "ABORT" }],
    },
    ends: { verdict: "stopped" },
    cause: "stopped-by-person",
  },
  {
    name: "user-rolls-back-deployment",
    description: "While the tasks start, a user stops the deployment and lets ECS go back.",
    scenario: {
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "stop", stopType: "ROLLBACK" }],
    },
    ends: { verdict: "rolled-back" },
    cause: "stopped-by-person",
  },
  {
    name: "alarm-fires",
    description: "An alarm of the service fires while the tasks start, and ECS goes back.",
    scenario: {
      service: { alarms: ["errors"] },
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "alarm", name: "errors", state: "ALARM" }],
    },
    ends: { verdict: "rolled-back" },
    cause: "alarm-fired",
  },
  {
    name: "user-stops-task",
    description: "A user stops the new version's first task; the next one stays.",
    scenario: {
      release: { tasks: [{ target: [{ after: 60_000, state: "healthy" }] }] },
      interventions: [{ at: 80_000, do: "stop-task", version: "v2.0.0", count: 1 }],
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "scaled-up",
    description: "In the middle the service is scaled from 2 tasks to 6.",
    scenario: {
      service: { desiredCount: 2 },
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "scale", desiredCount: 6 }],
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "scaled-down",
    description: "In the middle the service is scaled from 6 tasks to 2.",
    scenario: {
      service: { desiredCount: 6 },
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "scale", desiredCount: 2 }],
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "scaled-to-nothing",
    description: "In the middle the service is scaled to 0.",
    scenario: {
      release: { tasks: [slow] },
      interventions: [{ at: inTheMiddle, do: "scale", desiredCount: 0 }],
    },
    ends: { verdict: "nothing-ran" },
  },
  {
    name: "desired-count-0",
    description: "The service wants no tasks: the rollout ends well and not one has run.",
    scenario: { service: { desiredCount: 0 }, release: { tasks: [notFound] } },
    ends: { verdict: "nothing-ran" },
  },
  {
    name: "no-room-to-replace",
    description: "The service's percents let no task be replaced: one task, at least 100 % and at most 150 %.",
    scenario: { service: { desiredCount: 1, minimumHealthyPercent: 100, maximumPercent: 150 } },
    ends: { refused: "no-room-to-replace" },
  },
  {
    name: "no-room-to-replace-ignored",
    description: "The same, with the finding ignored and a time limit of 15 minutes.",
    scenario: {
      service: { desiredCount: 1, minimumHealthyPercent: 100, maximumPercent: 150 },
      deployer: { ignore: ["no-room-to-replace"], timeoutMs: 900_000 },
    },
    ends: { verdict: "timed-out" },
    cause: "configuration-blocks",
  },
  {
    name: "service-deleted",
    description: "In the middle a user deletes the service.",
    scenario: { release: { tasks: [slow] }, interventions: [{ at: inTheMiddle, do: "delete-service" }] },
    ends: { verdict: "stopped" },
    cause: "service-deleted",
  },
  {
    name: "paused-hook",
    description: "A lifecycle hook holds the deployment before its first task, until a user continues or rolls back.",
    scenario: {
      service: { hooks: [{ targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] }] },
    },
    ends: { verdict: "paused" },
  },
  {
    name: "cluster-deletion-refused",
    description: "In the middle a user deletes the cluster, which ECS refuses while it has a service.",
    scenario: { release: { tasks: [slow] }, interventions: [{ at: inTheMiddle, do: "delete-cluster" }] },
    ends: { verdict: "deployed" },
  },
  {
    name: "cluster-deleted",
    description:
      "While AWS does not answer the deployer, a user deletes the service, and the cluster when it is empty.",
    scenario: {
      release: { tasks: [slow] },
      aws: { faults: [{ kind: "unavailable", from: 50_000, until: 300_000 }] },
      interventions: [
        { at: inTheMiddle, do: "delete-service" },
        { at: 280_000, do: "delete-cluster" },
      ],
    },
    ends: { verdict: "stopped" },
    cause: "service-deleted",
  },
];

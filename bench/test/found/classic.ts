import type { Found } from "./found.js";

const newer = ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];

/** Seeds in which the newer APIs are denied, and only classic deployments can be read. */
export const classic: Found[] = [
  {
    name: "without the newer APIs, a user forces the same revision and the URL proves nothing",
    seed: 18293,
    scenario: {
      release: { tasks: [{ serves: { status: 404 } }] },
      interventions: [{ at: 88_000, do: "redeploy" }],
      aws: { deny: newer, latency: [5, 10] },
      deployer: { runId: "run-1", http: true, undo: false },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "without the newer APIs, the deadline comes while ECS settles on the rollback's revision",
    seed: 22708,
    scenario: {
      release: { tasks: [{ exit: { after: 0, code: 0 } }] },
      aws: { rollbackId: "new", deny: ["ecs:ListServiceDeployments"] },
      deployer: { runId: "run-1", timeoutMs: 600_000, keep: 1 },
      service: { alarms: ["errors"], more: { deploymentConfiguration: { bakeTimeInMinutes: 5 } } },
      interventions: [{ at: 2_000, do: "alarm", name: "errors", state: "ALARM" }],
    },
    verdicts: ["timed-out"],
  },
  {
    name: "without the newer APIs, a user forces the old revision while ECS rolls back to it",
    seed: 24309,
    scenario: {
      service: {
        desiredCount: 2,
        breakerSettings: { resetOnHealthyTask: false, thresholdConfiguration: { type: "COUNT", value: 5 } },
        maximumPercent: 150,
        healthCheckGracePeriodSeconds: 120,
      },
      interventions: [
        { at: 12_000, do: "stop", stopType: "ROLLBACK" },
        { at: 33_000, do: "redeploy" },
        { at: 10_000, do: "deny", actions: newer },
      ],
      aws: { rollbackId: "new" },
      deployer: { runId: "run-1", http: true, force: true, desiredCount: 2 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "without the newer APIs, a user requests a rollback and there is no rollback target",
    seed: 2094,
    scenario: {
      before: { completed: false },
      interventions: [{ at: 9_000, do: "stop", stopType: "ROLLBACK" }],
      aws: { deny: newer },
      deployer: { ignore: ["nothing-to-return-to"] },
    },
    verdicts: ["stopped"],
  },
  {
    name: "without the newer APIs, the revision that ECS rolls back to fails too",
    seed: 42321,
    scenario: {
      release: { tasks: [{ pull: 3_000, pullError: "CannotPullContainerError: not found" }] },
      service: { breakerSettings: { thresholdConfiguration: { type: "UNBOUNDED_PERCENT", value: 100 } } },
      interventions: [
        { at: 3_000, do: "crash", version: "v1.0.0", count: 1 },
        { at: 7_000, do: "stop", stopType: "ROLLBACK" },
      ],
      aws: { deny: newer },
    },
    verdicts: ["failed"],
  },
  {
    name: "without the newer APIs, a user stops a deployment of no tasks",
    seed: 6400,
    scenario: {
      service: { desiredCount: 0 },
      interventions: [{ at: 39_000, do: "stop", stopType: "ABORT" }],
      aws: { deny: newer },
      deployer: { runId: "run-1", http: true },
    },
    verdicts: ["stopped"],
  },
  {
    name: "a user deploys before the old tasks have ended after a rollback, and only classic deployments can be read",
    seed: 80046871,
    scenario: {
      service: { alarms: ["errors"], more: { deploymentConfiguration: { bakeTimeInMinutes: 5 } } },
      interventions: [
        { at: 241_000, do: "alarm", name: "errors", state: "ALARM" },
        { at: 351_000, do: "deploy", version: "v2.0.0" },
      ],
      aws: {
        rollbackId: "new",
        deny: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
      },
    },
    verdicts: ["superseded"],
  },
  {
    name: "without the newer APIs, a user forces the old revision, which then waits for a hook until the deadline",
    seed: 569829,
    scenario: {
      service: {
        hooks: [
          {
            targetType: "PAUSE",
            lifecycleStages: ["PRE_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 30, action: "CONTINUE" },
          },
        ],
      },
      interventions: [
        { at: 56_000, do: "continue", action: "ROLLBACK" },
        { at: 114_000, do: "redeploy" },
      ],
      aws: { rollbackId: "new", deny: newer },
    },
    verdicts: ["timed-out"],
  },
  {
    name: "a user stops it, the newer APIs are denied, and another deployment follows",
    seed: 634653,
    scenario: {
      release: { tasks: [{ exit: { after: 0, code: 1 } }] },
      service: { desiredCount: 0, minimumHealthyPercent: 0 },
      interventions: [
        { at: 1_000, do: "stop", stopType: "ABORT" },
        { at: 4_000, do: "deny", actions: newer },
        { at: 8_000, do: "deploy", version: "v3.0.0" },
      ],
    },
    verdicts: ["stopped"],
  },
  {
    name: "without the newer APIs, ECS rolls the automatic rollback back, and the command is run again",
    seed: 989975,
    scenario: {
      release: { tasks: [{ serves: { version: "v0.0.1" } }] },
      service: {
        hooks: [
          {
            targetType: "PAUSE",
            lifecycleStages: ["PRE_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 10, action: "ROLLBACK" },
          },
        ],
      },
      interventions: [{ at: 108_000, do: "continue", action: "CONTINUE" }],
      aws: { rollbackId: "new", deny: newer },
      again: [525_000],
      deployer: { runId: "run-1", http: true },
    },
    verdicts: ["failed", "failed"],
  },
  {
    name: "a user's deployment that superseded ours is rolled back, and the newer APIs are denied meanwhile",
    seed: 1402464,
    scenario: {
      release: { tasks: [{}] },
      interventions: [
        { at: 42, do: "deploy", version: "v3.0.0" },
        { at: 2_998, do: "deny", actions: newer },
        { at: 3_000, do: "stop", stopType: "ROLLBACK" },
      ],
      aws: { rollbackId: "new" },
      deployer: { runId: "run-1" },
    },
    verdicts: ["superseded"],
  },
  {
    name: "a deployment that a user forces during the rollback fails, without the newer APIs",
    seed: 1430819,
    scenario: {
      release: { tasks: [] },
      service: {
        desiredCount: 2,
        alarms: ["errors"],
        minimumHealthyPercent: 0,
        more: { deploymentConfiguration: { bakeTimeInMinutes: 5 } },
      },
      interventions: [
        { at: 53_000, from: "start", do: "deny", actions: newer },
        { at: 89_000, from: "start", do: "stop", stopType: "ROLLBACK" },
        { at: 108_000, do: "redeploy" },
        { at: 430_000, do: "alarm", name: "errors", state: "ALARM" },
      ],
    },
    verdicts: ["failed"],
  },
  {
    name: "ours is stopped and a user deploys between two polls, without the newer APIs",
    seed: 1613304,
    scenario: {
      release: { tasks: [] },
      service: { desiredCount: 2, healthCheckGracePeriodSeconds: 120 },
      interventions: [
        { at: 1_000, do: "deny", actions: ["ecs:ListServiceDeployments"] },
        { at: 1_625, do: "stop", stopType: "ABORT" },
        { at: 5_200, do: "deploy", version: "v2.0.0" },
      ],
      aws: { timing: { listLag: 11_000, currentDeploymentLag: 29_000 } },
      deployer: { force: true, undo: false },
    },
    verdicts: ["superseded"],
  },
];

import type { Found } from "./found.js";

const details = ["ecs:DescribeServiceDeployments"];

/** Seeds in which only the list of service deployments can be read: its status separates what classic deployments don't. */
export const listed: Found[] = [
  {
    name: "only the list can be read, and the old revision is forced while ECS rolls back to it",
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
        { at: 10_000, do: "deny", actions: details },
      ],
      aws: { rollbackId: "new" },
      deployer: { runId: "run-1", http: true, force: true, desiredCount: 2 },
    },
    verdicts: ["superseded"],
  },
  {
    name: "only the list can be read, and a deployment forced during the rollback fails",
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
        { at: 53_000, from: "start", do: "deny", actions: details },
        { at: 89_000, from: "start", do: "stop", stopType: "ROLLBACK" },
        { at: 108_000, do: "redeploy" },
        { at: 430_000, do: "alarm", name: "errors", state: "ALARM" },
      ],
    },
    verdicts: ["superseded"],
  },
  {
    name: "only the list can be read, and an automatic rollback waits in a lifecycle hook when the command is run again",
    seed: 1459082,
    scenario: {
      before: { completed: false },
      service: {
        hooks: [
          {
            targetType: "PAUSE",
            lifecycleStages: ["POST_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 1, action: "ROLLBACK" },
          },
          { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] },
        ],
      },
      interventions: [
        { at: 1_000, do: "deny", actions: details },
        { at: 45_000, do: "continue", action: "CONTINUE" },
      ],
      again: [0],
      deployer: { ignore: ["nothing-to-return-to"] },
    },
    verdicts: ["failed", "timed-out"],
  },
];

/** What seeds have found: each scenario, made small, was told wrongly once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf } from "../simulate/check.js";
import { play } from "../world/play.js";
import type { Scenario } from "../world/scenario.js";

const early = (healthyPercent: number) => ({
  deploymentConfiguration: {
    earlySuccessCriteria: { enable: true, healthyPercent, sourceServiceRevisionCleanup: "DEFERRED" },
  },
});

const newer = ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];

const found: { name: string; seed: number; scenario: Scenario; verdicts: string[] }[] = [
  {
    name: "without the newer APIs, somebody forces the same revision and the URL proves nothing",
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
    name: "without the newer APIs, the deadline comes while ECS settles on what it went back to",
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
    name: "without the newer APIs, somebody forces the old revision while ECS goes back to it",
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
        { at: 10_000, do: "deny", actions: ["ecs:DescribeServiceDeployments"] },
      ],
      aws: { rollbackId: "new" },
      deployer: { runId: "run-1", http: true, force: true, desiredCount: 2 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "without the newer APIs, somebody asks for a rollback and there is nothing to go back to",
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
    name: "what is taken back ran no task before, and was asked to run four",
    seed: 33272,
    scenario: {
      release: { tasks: [{ health: [{ after: 20_000, status: "UNHEALTHY" }] }] },
      service: { desiredCount: 0, breaker: "stop", check: "container" },
      deployer: { desiredCount: 4 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "without the newer APIs, what ECS goes back to fails too",
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
    name: "somebody deploys while ours is taken back, and the command is run again",
    seed: 36179,
    scenario: {
      release: { tasks: [{ serves: { status: 500 } }] },
      interventions: [
        { at: 4_000, do: "scale", desiredCount: 12 },
        { at: 257_000, do: "deploy", version: "v2.0.0" },
      ],
      again: [5_000],
      deployer: { runId: "run-1", http: true, before: { exit: { after: 4_000, code: 0 } } },
    },
    verdicts: ["failed", "superseded"],
  },
  {
    name: "a rollback is asked for a revision that somebody makes only later",
    seed: 203252,
    scenario: {
      interventions: [{ at: 41_000, from: "start", do: "deploy", version: "v1.0.0" }],
      deployer: { to: "2", verb: "rollback" },
    },
    verdicts: ["no-such-revision"],
  },
  {
    name: "without the newer APIs, somebody stops a deployment of no tasks",
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
    name: "the service's answer takes ten seconds, in which all of an early success comes true",
    seed: 80003059,
    scenario: {
      service: { desiredCount: 3, more: early(75), check: "container", minimumHealthyPercent: 0 },
      before: { versions: ["v0.9.0", "v1.0.0"] },
      aws: {
        timing: { listLag: 3_000 },
        faults: [{ kind: "delayed", by: 5_000, service: "ecs", operation: "DescribeServices", from: 67_000, times: 2 }],
      },
    },
    verdicts: ["deployed"],
  },
  {
    name: "no task is wanted where early success needs a part of none, and nothing is served",
    seed: 80000230,
    scenario: {
      service: { more: early(100) },
      before: { tasks: [{ stop: 118_000 }] },
      deployer: { http: true, desiredCount: 0 },
    },
    verdicts: ["nothing-ran"],
  },
  {
    name: "an old task that nobody may stop answers the public after an early success",
    seed: 80005827,
    scenario: {
      service: { more: early(100) },
      interventions: [{ at: 842, do: "protect", version: "v1.0.0", minutes: 60 }],
      deployer: { http: true },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "an alarm ends a rollout that raised the count from 0, and it is taken back to that",
    seed: 80014528,
    scenario: {
      service: {
        desiredCount: 0,
        breaker: "stop",
        alarms: ["errors"],
        more: { deploymentConfiguration: { bakeTimeInMinutes: 5 } },
      },
      interventions: [{ at: 262_000, do: "alarm", name: "errors", state: "ALARM" }],
      deployer: { runId: "run-1", desiredCount: 2 },
      again: [1_000],
    },
    verdicts: ["rolled-back", "rolled-back"],
  },
  {
    name: "what it was taken back to is of the same version, and serves errors too",
    seed: 80034812,
    scenario: {
      release: { version: "v1.0.0", tasks: [{ serves: { status: 500 } }] },
      deployer: { runId: "run-1", force: true, http: true },
      again: [21_000],
    },
    verdicts: ["failed", "failed"],
  },
  {
    name: "the same command is run again after its second rollout went back to its first",
    seed: 80043461,
    scenario: {
      service: { maximumPercent: 150 },
      interventions: [{ at: 1_616, do: "scale", desiredCount: 4 }],
      deployer: { ignore: ["no-room-to-replace"], desiredCount: 1, onTimeout: "rollback", timeoutMs: 300_000 },
      again: [56_000, 1_000],
    },
    verdicts: ["deployed", "rolled-back", "deployed"],
  },
  {
    name: "the same command twice at the same time finds the same fault, and the first takes it back",
    seed: 80046334,
    scenario: {
      release: { tasks: [{ pull: 4_000, serves: { version: "v0.0.1" } }] },
      aws: { timing: { listLag: 14_000, currentDeploymentLag: 8_000 }, clockSkew: 600_000 },
      deployer: { http: true },
      rival: { at: 1_278 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "somebody deploys before the old tasks are gone after a rollback, and only classic deployments can be read",
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
];

for (const { name, seed, scenario, verdicts } of found) {
  test(`it is told rightly when ${name}`, async () => {
    const outcome = await play(scenario, seed);
    assert.deepEqual(faultsOf(scenario, outcome), []);
    assert.deepEqual(
      outcome.runs.map(({ report, error }) => report?.verdict ?? error?.code),
      verdicts,
    );
  });
}

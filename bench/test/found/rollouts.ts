import type { Found } from "./found.js";

const early = (healthyPercent: number) => ({
  deploymentConfiguration: {
    earlySuccessCriteria: { enable: true, healthyPercent, sourceServiceRevisionCleanup: "DEFERRED" },
  },
});

export const rollouts: Found[] = [
  {
    name: "a rolled back release ran no task before and wanted four",
    seed: 33272,
    scenario: {
      release: { tasks: [{ health: [{ after: 20_000, status: "UNHEALTHY" }] }] },
      service: { desiredCount: 0, breaker: "stop", check: "container" },
      deployer: { desiredCount: 4 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "a user deploys while ours is rolled back, and the command is run again",
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
    name: "a rollback names a revision that a user registers only later",
    seed: 203252,
    scenario: {
      interventions: [{ at: 41_000, from: "start", do: "deploy", version: "v1.0.0" }],
      deployer: { to: "2", verb: "rollback" },
    },
    verdicts: ["no-such-revision"],
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
    name: "a protected old task responds to the public after an early success",
    seed: 80005827,
    scenario: {
      service: { more: early(100) },
      interventions: [{ at: 842, do: "protect", version: "v1.0.0", minutes: 60 }],
      deployer: { http: true },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "an alarm ends a rollout that raised the count from 0, and it is rolled back to that",
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
    name: "the rollback's revision has the same version, and serves errors too",
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
    name: "the same command twice at the same time finds the same fault, and the first rolls it back",
    seed: 80046334,
    scenario: {
      release: { tasks: [{ pull: 4_000, serves: { version: "v0.0.1" } }] },
      aws: { timing: { listLag: 14_000, currentDeploymentLag: 8_000 }, clockSkew: 600_000 },
      deployer: { http: true },
      concurrent: { at: 1_278 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "a rollout is rolled back before the list shows it, and the command is run again",
    seed: 570085,
    scenario: {
      interventions: [{ at: 3_000, do: "stop", stopType: "ROLLBACK" }],
      aws: { rollbackId: "new", timing: { listLag: 13_000 } },
      deployer: { runId: "run-1" },
      kills: [{ call: 24, how: "killed-after", pause: 5_000 }],
    },
    verdicts: [undefined, "rolled-back"],
  },
  {
    name: "a user stops the automatic rollback, and the command is run again and is served well",
    seed: 579422,
    scenario: {
      release: { tasks: [{ serves: { status: 500 } }, {}] },
      interventions: [{ at: 231_000, do: "stop", stopType: "ROLLBACK" }],
      aws: { rollbackId: "new" },
      again: [29_000],
      deployer: { runId: "run-1", http: true },
    },
    verdicts: ["failed", "deployed"],
  },
  {
    name: "the same command twice at the same time finds the same fault, and the second rolls it back",
    seed: 530585,
    scenario: {
      release: { tasks: [{ start: 171_000, drain: 259_000, serves: { version: "v0.0.1" } }] },
      aws: { rollbackId: "new" },
      deployer: { runId: "run-1", http: true },
      concurrent: { at: 2_050, runId: "run-1" },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "the service is deleted, and AWS answers the next call with its own errors to the end",
    seed: 574243,
    scenario: {
      interventions: [{ at: 60_000, do: "delete-service" }],
      aws: { faults: [{ kind: "server-error", service: "ecs", operation: "*", from: 75_000, times: 9 }] },
      deployer: { http: true },
      again: [17_000],
    },
    verdicts: ["stopped", "unavailable"],
  },
  {
    name: "beside old tasks a third version answers every other time, and last",
    seed: 706230,
    scenario: {
      release: { tasks: [{ serves: { version: "v0.0.1" } }] },
      service: { more: early(100) },
      interventions: [{ at: 73_000, do: "protect", version: "v1.0.0", minutes: 5 }],
      deployer: { http: true, earlyStop: false },
    },
    verdicts: ["failed"],
  },
  {
    name: "the source revision had failed itself, and the last good release is restored",
    seed: 80011841,
    scenario: {
      release: { tasks: [{ exit: { after: 4_000, code: 0 } }] },
      service: { desiredCount: 3, breaker: "stop", check: "load-balancer" },
      kills: [{ call: 30, how: "killed-before", pause: 600_000 }],
    },
    verdicts: [undefined, "rolled-back"],
  },
  {
    name: "a second deploy whose pre-deploy task is long finds that ours came first",
    seed: 1378307,
    scenario: {
      release: { tasks: [{}] },
      interventions: [{ at: 8_000, do: "redeploy" }],
      deployer: { runId: "run-1", before: { exit: { after: 98_000, code: 0 } } },
      concurrent: { at: 114_000, runId: "run-2" },
    },
    verdicts: ["superseded"],
  },
  {
    name: "a rolled back release responded with its own version before, and no task runs after it",
    seed: 1452468,
    scenario: {
      release: { tasks: [{ exit: { after: 30_000, code: 137 } }] },
      service: { desiredCount: 0, breaker: "stop" },
      deployer: { http: true, desiredCount: 1 },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "a superseded deploy is run again after the other has deregistered unused revisions",
    seed: 1193366,
    scenario: {
      release: { tasks: [{ serves: { version: "v0.0.1" } }] },
      deployer: { runId: "run-1", http: true, keep: 1, before: { exit: { after: 2_000, code: 0 } } },
      again: [471_000],
      concurrent: { at: 141, version: "v3.0.0", runId: "run-2" },
    },
    verdicts: ["superseded", "superseded"],
  },
  {
    name: "a task that is to be verified responds without a version at its own address",
    seed: 1163,
    scenario: { release: { tasks: [{ serves: { status: 404 } }] }, deployer: { verifyTasks: true } },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "a release that serves errors is forced again, after one that answered its version",
    seed: 4325,
    scenario: {
      release: { tasks: [{ serves: { status: 500 } }] },
      service: { check: "none" },
      deployer: { http: true, force: true },
      kills: [
        { call: 4, how: "killed-after", pause: 0 },
        { call: 30, how: "killed-before", pause: 9_000 },
        { call: 19, how: "killed-after", pause: 262_000 },
      ],
    },
    verdicts: [undefined, undefined, undefined, "deployed-unverified"],
  },
  {
    name: "another user has deployed a release without a version before a call that is made again",
    seed: 19144,
    scenario: {
      release: { tasks: [{ serves: { status: 500 } }] },
      service: { desiredCount: 3, minimumHealthyPercent: 50 },
      interventions: [{ at: 12, do: "deploy", version: "v2.0.0" }],
      deployer: { http: true },
      again: [415_000, 2_000],
    },
    verdicts: ["superseded", "deployed", "deployed"],
  },
  {
    name: "a call attaches to another user's rollout of a release without a version, while old tasks return theirs",
    seed: 3340,
    scenario: {
      release: { tasks: [{ serves: { status: 404 } }] },
      interventions: [{ at: 1_000, from: "start", do: "deploy", version: "v2.0.0" }],
      deployer: { http: true },
      kills: [{ call: 3, how: "killed-before", pause: 10_000 }],
    },
    verdicts: [undefined, "deployed-unverified"],
  },
  {
    name: "a rollback follows one that a user has aborted before a task of it ran",
    seed: 80017917,
    scenario: {
      interventions: [{ at: 1000, do: "stop", stopType: "ABORT" }],
      again: [0],
      deployer: { http: true, verb: "rollback" },
      before: { versions: ["v0.9.0", "v1.0.0"] },
    },
    verdicts: ["stopped", "deployed"],
  },
  {
    name: "an error of the new release comes while its success is read, after right answers",
    seed: 100006569,
    scenario: {
      service: { desiredCount: 5, check: "both" },
      before: { completed: false },
      aws: { latency: [5, 10] },
      release: { tasks: [{ serves: { status: 500 } }, {}] },
      deployer: { http: true, ignore: ["nothing-to-return-to"] },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "a release is rolled back to the version before, which had not completed either, after a killed call",
    seed: 110014380,
    scenario: {
      release: {
        tasks: [
          { exit: { after: 44_000, code: 137, reason: "OutOfMemoryError: container killed due to memory usage" } },
        ],
      },
      before: { completed: false },
      aws: { deny: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"] },
      kills: [{ call: 6, how: "killed-after", pause: 1000 }],
      deployer: { ignore: ["nothing-to-return-to"] },
    },
    verdicts: [undefined, "rolled-back"],
  },
  {
    name: "the service is deleted before the answer of its update is lost, and no service deployment may be read",
    seed: 110055270,
    scenario: {
      service: {},
      interventions: [
        {
          at: 1000,
          do: "deny",
          actions: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
        },
        { at: 1000, do: "delete-service" },
      ],
      aws: {
        faults: [
          { kind: "silent", effect: true, service: "ecs", operation: "UpdateService", from: 0, times: 1 },
          { kind: "delayed", by: 5000, service: "ecs", operation: "*", from: 0, times: 1 },
        ],
      },
    },
    verdicts: ["stopped"],
  },
  {
    name: "a call attaches to the release that a user has forced, and the user forces it again",
    seed: 120032403,
    scenario: {
      service: {},
      interventions: [
        { at: 273_000, do: "redeploy" },
        { at: 180_000, do: "redeploy" },
        { at: 1000, do: "alarm", name: "errors", state: "ALARM" },
      ],
      again: [139_000],
    },
    verdicts: ["deployed", "superseded"],
  },
  {
    name: "a rollback begins while the tasks of two versions run, because a user has ended the one before without a rollback",
    seed: 160014897,
    scenario: {
      service: { desiredCount: 6 },
      interventions: [{ at: 202_000, do: "stop", stopType: "ABORT" }],
      again: [3000, 0],
      deployer: { http: true, verb: "rollback" },
      before: { versions: ["v0.8.0", "v0.9.0", "v1.0.0"] },
    },
    verdicts: ["deployed", "stopped", "deployed"],
  },
];

import type { Found } from "./found.js";

/** With traffic shifts, pauses, Lambda functions or gates. */
export const strategies: Found[] = [
  {
    name: "a gate of the second of two deploys continues a pause, and the first has requested no test listener",
    seed: 60001544,
    scenario: {
      release: {},
      service: {
        check: "both",
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }],
      },
      aws: { rollbackId: "new", timing: { listLag: 2_000, currentDeploymentLag: 0 } },
      deployer: { http: true, gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }] },
      concurrent: { at: 0, version: "v3.0.0" },
    },
    verdicts: ["superseded"],
  },
  {
    name: "four answers of the release come at four fifths of the traffic, and one of the old version right after the shift",
    seed: 60103717,
    scenario: {
      service: {
        alarms: ["errors"],
        check: "both",
        maximumPercent: 150,
        strategy: {
          strategy: "LINEAR",
          bakeTimeInMinutes: 3,
          linearConfiguration: { stepPercent: 20, stepBakeTimeInMinutes: 2 },
        },
        testRule: false,
      },
      before: { versions: ["v0.8.0", "v0.9.0", "v1.0.0"] },
      aws: { latency: [5, 10], balancerLag: 0 },
      deployer: {
        runId: "run-1",
        http: true,
        after: { exit: { after: 6_000, code: 0 } },
        timeoutMs: 7_200_000,
        more: { until: "shifted" },
      },
      interventions: [{ at: 1_779, from: "PRODUCTION_TRAFFIC_SHIFT", do: "scale", desiredCount: 2 }],
    },
    verdicts: ["shifted"],
  },
  {
    name: "another user deploys while a gate requests the test listener",
    seed: 60105115,
    scenario: {
      release: { tasks: [{ serves: { version: "v1.0.0" } }] },
      service: {
        check: "load-balancer",
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 3 },
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }],
      },
      interventions: [{ at: 20_000, from: "POST_TEST_TRAFFIC_SHIFT", do: "redeploy" }],
      deployer: { earlyStop: false, http: true, gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }] },
    },
    verdicts: ["superseded"],
  },
  {
    name: "a user continues the pause while a gate requests a URL of another service",
    seed: 60105998,
    scenario: {
      service: {
        check: "load-balancer",
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 3 },
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_PRODUCTION_TRAFFIC_SHIFT"] }],
      },
      interventions: [{ at: 20_000, from: "POST_PRODUCTION_TRAFFIC_SHIFT", do: "continue", action: "CONTINUE" }],
      deployer: {
        url: "foreign",
        http: true,
        gates: [{ stage: "POST_PRODUCTION_TRAFFIC_SHIFT", timeoutSeconds: 60 }],
      },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "a user continues the pause while a gate gets HTTP 404",
    seed: 60105998,
    scenario: {
      release: { tasks: [{ serves: { status: 404 } }] },
      service: {
        check: "load-balancer",
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 3 },
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_PRODUCTION_TRAFFIC_SHIFT"] }],
      },
      interventions: [{ at: 20_000, from: "POST_PRODUCTION_TRAFFIC_SHIFT", do: "continue", action: "CONTINUE" }],
      deployer: {
        http: true,
        gates: [{ stage: "POST_PRODUCTION_TRAFFIC_SHIFT", timeoutSeconds: 60 }],
      },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "another user deploys while AWS does not answer the second call of a rollback",
    seed: 70000360,
    scenario: {
      release: { version: "v1.0.0" },
      service: {
        desiredCount: 2,
        hooks: [
          {
            targetType: "PAUSE",
            lifecycleStages: ["PRE_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 1, action: "CONTINUE" },
          },
        ],
      },
      interventions: [{ at: 108_000, do: "deploy", version: "v2.0.0" }],
      aws: { faults: [{ kind: "silent", effect: true, service: "ecs", operation: "*", from: 59_000, times: 4 }] },
      again: [13_400],
      deployer: { http: true, verb: "rollback" },
      before: { versions: ["v0.8.0", "v0.9.0", "v1.0.0"] },
    },
    verdicts: ["paused", "deployment-in-flight"],
  },
  {
    name: "a Lambda function rejects the deployment that superseded ours between two polls, where the newer API is denied",
    seed: 80022462,
    scenario: {
      service: {
        check: "load-balancer",
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        hooks: [
          {
            hookTargetArn: "arn:aws:lambda:us-west-2:123456789012:function:check-release",
            roleArn: "arn:aws:iam::123456789012:role/web-hooks",
            lifecycleStages: ["PRE_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 20, action: "CONTINUE" },
          },
        ],
      },
      functions: {
        "check-release": [{ output: { hookStatus: "SUCCEEDED" } }, { output: { hookStatus: "FAILED" } }],
      },
      interventions: [
        {
          at: 1000,
          do: "deny",
          actions: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
        },
        { at: 2000, do: "deploy", version: "v3.0.0" },
      ],
      deployer: { verb: "rollback", timeoutMs: 7_200_000 },
      before: { versions: ["v0.9.0", "v1.0.0"] },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "one of two pauses is rolled back, and the next poll returns an unknown state",
    seed: 80033843,
    scenario: {
      service: {
        hooks: [
          { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] },
          { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] },
        ],
      },
      interventions: [{ at: 54_000, do: "continue", action: "ROLLBACK" }],
      aws: {
        faults: [
          {
            kind: "changed",
            path: ["serviceDeployments", "*", "status"],
            value: "SHINY_NEW_STATE",
            service: "ecs",
            operation: "DescribeServiceDeployments",
            from: 55_000,
            times: 1,
          },
        ],
      },
      deployer: { runId: "run-1" },
      again: [30_000],
    },
    verdicts: ["paused", "rolled-back"],
  },
  {
    name: "the third call of a release that no service has completed is rolled back to the second's",
    seed: 100002949,
    scenario: {
      before: { completed: false },
      again: [0, 0],
      release: { tasks: [{ serves: { version: "v0.0.1" } }] },
      service: {
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        check: "load-balancer",
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }],
      },
      deployer: {
        http: true,
        gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }],
        timeoutMs: 7_200_000,
        ignore: ["nothing-to-return-to"],
      },
    },
    verdicts: ["failed", "failed", "rolled-back"],
  },
  {
    name: "a deployment that was replaced in a pause has an unknown state",
    seed: 100008869,
    scenario: {
      service: {
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] }],
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        check: "both",
      },
      interventions: [
        { at: 2000, do: "deploy", version: "v3.0.0" },
        { at: 1000, do: "scale", desiredCount: 0 },
      ],
      aws: {
        faults: [
          {
            kind: "changed",
            path: ["serviceDeployments", "*", "status"],
            value: "SHINY_NEW_STATE",
            service: "ecs",
            operation: "DescribeServiceDeployments",
            from: 20_000,
            times: 1,
          },
        ],
      },
      deployer: { runId: "run-1", timeoutMs: 7_200_000 },
      again: [10_000],
    },
    verdicts: ["superseded", "superseded"],
  },
  {
    name: "a pause begins in the last seconds before the deadline, where no task is wanted",
    seed: 110053494,
    scenario: {
      service: { hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }] },
      deployer: { timeoutMs: 60_000, desiredCount: 0 },
    },
    verdicts: ["paused"],
  },
  {
    name: "the second of two deploys knows by a tag what the public URL returned before, and the test listener serves errors",
    seed: 120035456,
    scenario: {
      service: {
        alarms: ["errors"],
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        check: "load-balancer",
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_PRODUCTION_TRAFFIC_SHIFT"] }],
      },
      concurrent: { at: 1320 },
      release: { tasks: [{ serves: { status: 500 } }] },
      deployer: {
        http: true,
        gates: [{ stage: "POST_PRODUCTION_TRAFFIC_SHIFT", timeoutSeconds: 60 }],
        timeoutMs: 7_200_000,
        more: { testHttp: { baseUrl: "http://test-web.example" } },
      },
    },
    verdicts: ["rolled-back"],
  },
  {
    name: "the second of two deploys knows by a tag that another service responded at its URL",
    seed: 140005838,
    scenario: {
      deployer: {
        url: "foreign",
        http: true,
        gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }],
        timeoutMs: 7_200_000,
        more: { until: "shifted" },
      },
      concurrent: { at: 1000 },
      service: {
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 3 },
        check: "load-balancer",
        hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }],
      },
    },
    verdicts: ["deployed-unverified"],
  },
  {
    name: "a deploy sets a service with traffic shifts to ROLLING, whose percentages leave no room",
    seed: 150000938,
    scenario: {
      service: {
        minimumHealthyPercent: 75,
        maximumPercent: 125,
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        check: "load-balancer",
      },
      deployer: { strategy: "rolling" },
    },
    verdicts: ["pre-flight"],
  },
  {
    name: "a user deploys in the instant in which ECS begins the rollback for a Lambda function, without the newer APIs",
    seed: 170079271,
    scenario: {
      aws: {
        deny: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
      },
      functions: {
        "check-release": [
          { output: { hookStatus: "SUCCEEDED" } },
          { error: "exception" },
          { output: { hookStatus: "FAILED" } },
          { output: { hookStatus: "SUCCEEDED" } },
        ],
      },
      service: {
        strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        check: "load-balancer",
        hooks: [
          {
            hookTargetArn: "arn:aws:lambda:us-west-2:123456789012:function:check-release",
            roleArn: "arn:aws:iam::123456789012:role/web-hooks",
            lifecycleStages: ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"],
            timeoutConfiguration: { timeoutInMinutes: 20, action: "CONTINUE" },
          },
        ],
      },
      interventions: [{ at: 1, from: "PRE_PRODUCTION_TRAFFIC_SHIFT", do: "deploy", version: "v3.0.0" }],
      deployer: { timeoutMs: 7_200_000 },
    },
    verdicts: ["superseded"],
  },
];

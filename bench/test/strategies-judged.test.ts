import assert from "node:assert/strict";
import { test } from "node:test";
import type { FunctionBehaviour } from "../../infra/local/aws/index.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";
import { linesOf, pause, shift, strategies } from "./shift-scenario.js";

const verdictsOf = ({ runs }: Outcome) => runs.map(({ report, error }) => report?.verdict ?? error?.code);
const causeOf = ({ report }: Outcome) => report?.diagnosis?.cause;

const smokeTest = (...lifecycleStages: string[]) => ({
  hookTargetArn: "arn:aws:lambda:us-west-2:123456789012:function:smoke-test",
  roleArn: "arn:aws:iam::123456789012:role/hooks",
  lifecycleStages,
});
const inProgress: FunctionBehaviour = { output: { hookStatus: "IN_PROGRESS", callBackDelay: 30 } };
const rejected: FunctionBehaviour = { output: { hookStatus: "FAILED" } };
const gateAt = (stage: string) => ({ gates: [{ stage, timeoutSeconds: 60 }] });
const onceCrashed = [{ exit: { after: 2_000, code: 1 } }, {}];

test("a function that runs for longer than the computed time is not rolled back at the deadline: ECS limits it", async () => {
  const outcome = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [smokeTest("POST_TEST_TRAFFIC_SHIFT")] },
    functions: {
      "smoke-test": [...Array.from({ length: 100 }, () => inProgress), { output: { hookStatus: "SUCCEEDED" } }],
    },
    deployer: { runId: "1", onTimeout: "rollback" },
    again: [3_600_000],
  });
  assert.deepEqual(verdictsOf(outcome), ["timed-out", "deployed"]);
  assert.equal(outcome.runs[0].report?.diagnosis?.cause, "hook-running");
  assert.ok(
    linesOf(outcome).some((line) => /^Not requesting a rollback: the lifecycle hook smoke-test runs/.test(line)),
  );
});

test("a deadline that the user has set rolls back, though a function runs", async () => {
  const outcome = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [smokeTest("POST_TEST_TRAFFIC_SHIFT")] },
    functions: { "smoke-test": [inProgress] },
    deployer: { timeoutMs: 600_000, onTimeout: "rollback" },
  });
  assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["rolled-back", "hook-running"]);
});

test("a rollback at the deadline names the step of the strategy that had not ended", async () => {
  const slow = { ...strategies.LINEAR, linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 20 } };
  const outcome = await shift(slow, { deployer: { timeoutMs: 600_000, onTimeout: "rollback" } });
  assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["rolled-back", "traffic-shifting"]);
});

test("at a deadline in the bake time the strategy is the cause, and no task", async () => {
  const outcome = await shift(
    { ...strategies.BLUE_GREEN, bakeTimeInMinutes: 60 },
    { deployer: { timeoutMs: 600_000 } },
  );
  assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["timed-out", "traffic-shifting"]);
  assert.match(String(outcome.report?.diagnosis?.evidence), /BAKE_TIME, 100 % of production traffic/);
});

const gated: [name: string, stage: string, serves: object, cause: string][] = [
  ["another version on the test listener", "POST_TEST_TRAFFIC_SHIFT", { version: "v0.0.1" }, "wrong-on-test-listener"],
  [
    "the old version on the test listener",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    { version: "v1.0.0" },
    "test-listener-not-shifted",
  ],
  ["an error at the public URL", "POST_PRODUCTION_TRAFFIC_SHIFT", { status: 500 }, "errors-served"],
];
for (const [name, stage, serves, cause] of gated) {
  test(`a gate that finds ${name} rolls back, and its answer is the cause`, async () => {
    const outcome = await shift(strategies.CANARY, {
      service: { hooks: [pause(stage)] },
      release: { tasks: [{ serves }] },
      deployer: { http: true, ...gateAt(stage) },
    });
    assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["rolled-back", cause]);
  });
}

test("a gate ends neither of two pauses that wait at once: one may be meant for a user", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [pause("POST_TEST_TRAFFIC_SHIFT"), pause("POST_TEST_TRAFFIC_SHIFT")] },
    deployer: { http: true, ...gateAt("POST_TEST_TRAFFIC_SHIFT") },
  });
  assert.deepEqual([report?.verdict, report?.gates], ["paused", undefined]);
});

test("the time that a gate takes is no part of the time allowed", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] },
    release: { tasks: [{ serves: { status: 404 } }] },
    interventions: [{ at: 30_000, from: "POST_TEST_TRAFFIC_SHIFT", do: "continue", action: "CONTINUE" }],
    deployer: { http: true, timeoutMs: 460_000, ...gateAt("POST_TEST_TRAFFIC_SHIFT") },
  });
  assert.equal(report?.verdict, "deployed-unverified");
});

test("a gate leaves the pause to a user where the public URL is another service's", async () => {
  const outcome = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [pause("POST_PRODUCTION_TRAFFIC_SHIFT")] },
    deployer: { http: true, url: "foreign", ...gateAt("POST_PRODUCTION_TRAFFIC_SHIFT") },
  });
  assert.equal(outcome.report?.verdict, "paused");
  assert.match(outcome.report.reason, /answered v7\.1\.0; before the rollout it answered v7\.1\.0, while v1\.0\.0 ran/);
});

const timedOut: Scenario = {
  service: {
    hooks: [{ ...pause("POST_TEST_TRAFFIC_SHIFT"), timeoutConfiguration: { timeoutInMinutes: 2, action: "ROLLBACK" } }],
  },
};
const set: [name: string, scenario: Scenario, cause: string][] = [
  ["a pause that no user ended", timedOut, "pause-timed-out"],
  [
    "the role of a hook",
    { service: { hooks: [smokeTest("POST_SCALE_UP")] }, functions: { "smoke-test": [{ error: "role" }] } },
    "hook-role-unusable",
  ],
];
for (const [name, scenario, cause] of set) {
  test(`${name} is the cause, though a task has crashed before`, async () => {
    const outcome = await shift(strategies.BLUE_GREEN, {
      ...scenario,
      release: { tasks: onceCrashed },
      deployer: { runId: "1" },
      again: [400_000],
    });
    assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["rolled-back", cause]);
  });
}

test("a hook that fails on a service without a completed deployment is the cause of the failure", async () => {
  const outcome = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [smokeTest("PRE_SCALE_UP")] },
    functions: { "smoke-test": [rejected] },
    before: { completed: false },
    deployer: { ignore: ["nothing-to-return-to"] },
  });
  assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["failed", "hook-failed"]);
});

const inBake: Intervention = { at: 30_000, from: "BAKE_TIME", do: "alarm", name: "errors", state: "ALARM" };
for (const deny of ["ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions"]) {
  test(`without ${deny} an alarm and a failed hook are causes, by the reason of the classic deployment`, async () => {
    const alarmed = await shift(strategies.BLUE_GREEN, {
      service: { alarms: ["errors"] },
      interventions: [inBake],
      aws: { deny: [deny] },
    });
    assert.deepEqual([alarmed.report?.verdict, causeOf(alarmed)], ["rolled-back", "alarm-fired"]);
    const hooked = await shift(strategies.BLUE_GREEN, {
      service: { hooks: [smokeTest("POST_TEST_TRAFFIC_SHIFT")] },
      functions: { "smoke-test": [rejected] },
      aws: { deny: [deny] },
    });
    assert.deepEqual([hooked.report?.verdict, causeOf(hooked)], ["rolled-back", "hook-failed"]);
  });
}

for (const [where, from] of [
  ["in the canary step", "PRODUCTION_TRAFFIC_SHIFT"],
  ["in the bake time", "BAKE_TIME"],
] as const) {
  test(`without a circuit breaker, tasks that crash for good ${where} are rolled back by the deployer, which acts as one`, async () => {
    const outcome = await shift(strategies.CANARY, {
      service: { breaker: "off" },
      release: { tasks: [{}, {}, { exit: { after: 3_000, code: 1 } }] },
      interventions: [{ at: 30_000, from, do: "crash", version: "v2.0.0", count: 2 }],
    });
    assert.deepEqual([outcome.report?.verdict, causeOf(outcome)], ["rolled-back", "container-exits"]);
    assert.match(
      outcome.report?.reason ?? "",
      /tasks have failed and the service has no circuit breaker, after (10|100) %/,
    );
  });
}

test("a task that returns another version at its own address is the cause, and no public URL", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    release: { tasks: [{ serves: { version: "v0.0.1" } }] },
    deployer: { verifyTasks: true },
  });
  assert.equal(report?.verdict, "failed");
  assert.equal(report.diagnosis?.cause, "wrong-version-served");
  assert.match(report.diagnosis?.title ?? "", /a task of the new revision .* at its own address/);
  assert.doesNotMatch(report.next ?? "", /in front of them/);
});

test("after a rollback that fails on the way back, the next step is about the service, and not about its URL", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [smokeTest("PRODUCTION_TRAFFIC_SHIFT")] },
    functions: { "smoke-test": [{ output: { hookStatus: "SUCCEEDED" } }, rejected] },
    release: { tasks: [{ serves: { version: "v0.0.1" } }] },
    deployer: { http: true },
  });
  assert.equal(report?.verdict, "failed");
  assert.match(report.next ?? "", /^The service may be degraded/);
});

test("a gate whose pause a user ended with the rollback is no part of the reason", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] },
    release: { tasks: [{ serves: { version: "v0.0.1" } }] },
    interventions: [{ at: 20_000, from: "POST_TEST_TRAFFIC_SHIFT", do: "stop", stopType: "ROLLBACK" }],
    deployer: { http: true, ...gateAt("POST_TEST_TRAFFIC_SHIFT") },
  });
  assert.match(report?.reason ?? "", /^Rolled back by a user/);
  assert.deepEqual(report?.gates ?? [], []);
  assert.doesNotMatch(report?.reason ?? "", /gate|\.\./);
});

test("a rollback has the time of the functions that ECS calls again on the way back", async () => {
  const succeeded: FunctionBehaviour = { output: { hookStatus: "SUCCEEDED" } };
  const outcome = await shift(strategies.BLUE_GREEN, {
    service: { hooks: [smokeTest("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")] },
    functions: { "smoke-test": [succeeded, succeeded, { after: 840_000, ...succeeded }] },
    release: { tasks: [{ serves: { version: "v0.0.1" } }] },
    deployer: { http: true },
  });
  assert.equal(outcome.report?.verdict, "rolled-back");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { checkOutcome } from "../simulate/check-outcome.js";
import { coverageOf } from "../simulate/coverage.js";
import { simulateScenario } from "../simulate/simulate-seed.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";
import { simulate } from "../virtual/simulate.js";

const three = { versions: ["v0.8.0", "v0.9.0", "v1.0.0"] };
const hook = { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] };

/** Returns the same outcome with another last run. */
function withRun(outcome: Outcome, change: (run: DeployerRun) => DeployerRun): Outcome {
  const [first, ...rest] = outcome.runs;
  return { ...outcome, runs: [change(first), ...rest] };
}

async function played(scenario: Scenario): Promise<Outcome> {
  const outcome = await simulate(scenario, 1);
  assert.deepEqual(checkOutcome(scenario, outcome), []);
  return outcome;
}

test("a rollback to another version than the last good one is detected", async () => {
  const scenario: Scenario = { before: three, deployer: { verb: "rollback" } };
  const outcome = await played(scenario);
  assert.equal(outcome.report?.release.version, "v0.9.0");
  const other = withRun(outcome, (run) => {
    assert.ok(run.report);
    return { ...run, report: { ...run.report, release: { ...run.report.release, version: "v0.8.0" } } };
  });
  assert.match(checkOutcome(scenario, other).join(), /rolled back to v0\.8\.0, and the last good version is v0\.9\.0/);
});

test("an early success of a deployed release is accepted only with a misread at the end", async () => {
  const outcome = await played({});
  const early = withRun(outcome, (run) => {
    assert.ok(run.report);
    return { ...run, report: { ...run.report, verdict: "deployed-early" } };
  });
  const { lastPollAt: lookedAt } = outcome.runs[0];
  assert.deepEqual(checkOutcome({}, { ...early, misread: [lookedAt - 10] }), []);
  for (const misread of [[], [lookedAt - 120_000], [lookedAt + 10]])
    assert.match(
      checkOutcome({}, { ...early, misread }).join(),
      /reported deployed-early .* the oracle has .*deployed/,
    );
});

test("a rollback that was killed before ECS lists it continues when it is run again", async () => {
  const kills = [{ call: 24, how: "killed-after" as const, pause: 2_000 }];
  const { report, serves } = await played({ before: three, deployer: { verb: "rollback" }, kills });
  assert.equal(report?.verdict, "deployed");
  assert.deepEqual(Object.keys(serves), ["v0.9.0"]);
});

test("a rollback that ECS calls SUCCESSFUL while its tasks keep dying is the same one when it is run again", async () => {
  const { runs } = await played({
    before: three,
    service: { check: "load-balancer" },
    release: { tasks: [{ exit: { after: 26_000, code: 0 } }, { pullError: "ResourceInitializationError: denied" }] },
    deployer: { verb: "rollback", timeoutMs: 100_000 },
    again: [60_000],
  });
  assert.deepEqual(
    runs.map(({ report }) => [report?.release.version, report?.verdict, report?.attached]),
    [
      ["v0.9.0", "timed-out", false],
      ["v0.9.0", "timed-out", true],
    ],
  );
});

test("a failed version is no rollback target", async () => {
  const before = { versions: ["v0.8.0", "v0.9.0", "v1.0.0"], broken: ["v0.9.0"] };
  const { report } = await played({ before, deployer: { verb: "rollback" } });
  assert.equal(report?.release.version, "v0.8.0");
});

test("the verdict is a pause, and the later outcome when the command is run again", async () => {
  const interventions = [{ at: 120_000, do: "continue" as const, action: "CONTINUE" as const }];
  const { runs, hooks } = await played({ service: { hooks: [hook] }, interventions, again: [600_000] });
  assert.deepEqual(
    runs.map(({ report }) => report?.verdict),
    ["paused", "deployed"],
  );
  assert.equal(hooks.SUCCEEDED, 1);
});

test("a service that never completed a deployment can be deployed to", async () => {
  const deployer = { ignore: ["nothing-to-return-to"] };
  assert.equal((await played({ before: { completed: false }, deployer })).report?.verdict, "deployed");
});

test("a refusal for a reason that does not hold is detected", async () => {
  const outcome = await played({ release: { image: { exists: false } } });
  assert.match(checkOutcome({}, outcome).join(), /refused for image-missing, which does not hold/);
});

test("a late verdict is detected", async () => {
  const outcome = await played({});
  const late = withRun(outcome, (run) => ({
    ...run,
    lastPollAt: run.lastPollAt + 60_000,
    endedAt: run.endedAt + 60_000,
  }));
  assert.match(checkOutcome({}, late).join(), /came 6\d\.\d+ s after it was visible/);
});

test("a one-off task that runs twice is detected", async () => {
  const scenario: Scenario = { deployer: { runId: "1", before: { exit: { after: 5_000, code: 0 } } } };
  const outcome = await played(scenario);
  const [tasks] = Object.values(outcome.service.deployTasks);
  assert.equal(tasks?.length, 1);
  tasks?.push("another");
  assert.match(checkOutcome(scenario, outcome).join(), /ran the pre-deploy task 2 times in 1 deploys/);
});

test("the same command twice at the same time makes one rollout, and both report its verdict", async () => {
  // Late enough to find the first one's revision: an earlier second call is refused.
  const { report, concurrent, oracle: truth } = await played({ concurrent: { at: 1500 } });
  assert.deepEqual([report?.verdict, concurrent?.report?.verdict], ["deployed", "deployed"]);
  const updates = [...truth.updates, ...(concurrent?.oracle.updates ?? [])];
  assert.equal(updates.filter(({ began }) => began).length, 1);
});

for (const url of ["foreign", "shared", "cached"] as const)
  test(`at a ${url} URL a good release stays, unverified, and another verdict or a rollback is detected`, async () => {
    const scenario: Scenario = { deployer: { http: true, url } };
    const outcome = await played(scenario);
    assert.equal(outcome.report?.verdict, "deployed-unverified");
    assert.deepEqual(Object.keys(outcome.serves), ["v2.0.0"]);
    for (const verdict of ["failed", "deployed"] as const) {
      const other = withRun(outcome, (run) => {
        assert.ok(run.report);
        return { ...run, report: { ...run.report, verdict } };
      });
      assert.match(
        checkOutcome(scenario, other).join(),
        new RegExp(`reported ${verdict} .* the oracle has .*deployed`),
      );
    }
    const { oracle: truth } = outcome;
    const undo = { at: outcome.runs[0].endedAt, taskDefinition: "web:3", isUndo: true, began: true };
    const undone = { ...outcome, oracle: { ...truth, updates: [...truth.updates, undo] } };
    assert.match(
      checkOutcome(scenario, undone).join(),
      /rolled back a deployment that ECS reports as successful, on responses that prove nothing/,
    );
  });

test("an app without a version before and after is deployed, and another verdict is detected", async () => {
  const serves = { status: 404 };
  const scenario: Scenario = {
    deployer: { http: true },
    before: { tasks: [{ serves }] },
    release: { tasks: [{ serves }] },
  };
  const outcome = await played(scenario);
  assert.deepEqual([outcome.report?.verdict, outcome.report?.http.state], ["deployed", "version-not-verified"]);
  assert.deepEqual(checkOutcome(scenario, outcome), []);
  const other = withRun(outcome, (run) => {
    assert.ok(run.report);
    return { ...run, report: { ...run.report, verdict: "deployed-unverified" } };
  });
  assert.match(checkOutcome(scenario, other).join(), /reported deployed-unverified .* the oracle has .*deployed/);
});

test("an automatic rollback on five responses of the app is accepted", async () => {
  const outcome = await played({ deployer: { http: true }, release: { tasks: [{ serves: { status: 500 } }] } });
  assert.equal(outcome.report?.verdict, "rolled-back");
});

test("coverage lists the features of a seed", async () => {
  const covered = coverageOf(await simulateScenario({ service: { hooks: [hook] } }, 1, "direct")).map(String);
  for (const line of [
    "way,direct",
    "hooks,any",
    "hooks,still waiting",
    "oracle at the end of a run: verdict,paused: paused",
  ])
    assert.ok(covered.includes(line), line);
  assert.ok(!covered.includes("hooks,two or more"));
});

test("a rollback needs the proof of the reason that it states, and of no other", async () => {
  const scenario: Scenario = {
    service: { check: "load-balancer", strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 } },
    deployer: { http: true, timeoutMs: 60_000, onTimeout: "rollback" },
  };
  const outcome = await played(scenario);
  const url = "http://test-web.example/version";
  const answered = (reason: string): Outcome => ({
    ...outcome,
    ...(outcome.report && {
      report: { ...outcome.report, reason, testListener: { state: "wrong", url, answered: "v1.0.0", proven: true } },
    }),
  });
  const { reason = "" } = outcome.report ?? {};
  assert.match(reason, /because the deadline passed/);
  assert.deepEqual(checkOutcome(scenario, answered(reason)), []);
  const without = answered(
    `Rolled back by Slipway, because the test listener ${url} answers v1.0.0 instead of v2.0.0.`,
  );
  assert.match(checkOutcome(scenario, without).join(), /on responses that prove nothing/);
});

const gated: Scenario = {
  service: {
    check: "load-balancer",
    strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 },
    hooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }],
  },
  deployer: { http: true, gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }] },
};

test("a gate that acts against the answers of its listener is detected", async () => {
  const wrong: Scenario = { ...gated, release: { tasks: [{ serves: { version: "v0.0.1" } }] } };
  const cases = [
    [gated, "CONTINUE", ["ROLLBACK", "NONE"]],
    [wrong, "ROLLBACK", ["CONTINUE"]],
  ] as const;
  for (const [scenario, right, others] of cases) {
    const outcome = await played(scenario);
    const gates = outcome.report?.gates ?? [];
    assert.deepEqual(
      gates.map(({ action }) => action),
      [right],
    );
    for (const action of others) {
      const other = withRun(outcome, (run) => ({
        ...run,
        ...(run.report && { report: { ...run.report, gates: gates.map((gate) => ({ ...gate, action })) } }),
      }));
      assert.match(checkOutcome(scenario, other).join(), /the gate at POST_TEST_TRAFFIC_SHIFT chose/, action);
    }
  }
});

test("a Lambda function that rejects the way back leaves a failed rollout", async () => {
  const hook = {
    hookTargetArn: "arn:aws:lambda:us-west-2:123456789012:function:check-release",
    roleArn: "arn:aws:iam::123456789012:role/web-hooks",
    lifecycleStages: ["TEST_TRAFFIC_SHIFT"],
  };
  const { report, hooks } = await played({
    ...gated,
    service: { ...gated.service, hooks: [hook] },
    functions: { "check-release": [{ output: { hookStatus: "SUCCEEDED" } }, { output: { hookStatus: "FAILED" } }] },
    interventions: [{ at: 1_000, from: "BAKE_TIME", do: "stop", stopType: "ROLLBACK" }],
    deployer: { http: true },
  });
  assert.equal(report?.verdict, "failed");
  assert.deepEqual(hooks, { SUCCEEDED: 1, FAILED: 1 });
});

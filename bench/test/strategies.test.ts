import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { linesOf, pause, shift, stopAt, strategies } from "./shift-scenario.js";

const stages: [string, number, RegExp][] = [
  [
    "before the first task",
    12_000,
    /^Rolled back by a user, when last seen with 0 % of production traffic on the new tasks\./,
  ],
  [
    "at the test shift",
    75_000,
    /^Rolled back by a user, when last seen with 0 % of production traffic on the new tasks\./,
  ],
  ["after the first shift", 110_000, /^Rolled back by a user, after (100|25|10) % of production traffic had moved/],
  ["before the end", 400_000, /^Rolled back by a user, after (100|75) % of production traffic had moved/],
];
const canaryStages = stages.map(([name, at, reason], index) => [name, index === 3 ? 420_000 : at, reason] as const);

for (const [name, settings] of Object.entries(strategies)) {
  test(`${name} that goes well is deployed, and each shift is reported`, async () => {
    const outcome = await shift(settings);
    assert.equal(outcome.report?.verdict, "deployed");
    const lines = linesOf(outcome).filter((line) => line.startsWith("deployment "));
    const weights = [...new Set(lines.flatMap((line) => /production (\S+) %/.exec(line)?.[1] ?? []))].map(Number);
    assert.deepEqual(weights, { BLUE_GREEN: [0, 100], LINEAR: [0, 25, 50, 75, 100], CANARY: [0, 10, 100] }[name]);
    assert.ok(lines.some((line) => /BAKE_TIME: production 100 %.*at most 5 min of bake time/.test(line)));
  });

  test(`the first estimate of ${name} is at most 15 % from its end`, async () => {
    const { report } = await shift(settings);
    const first = report?.events.find((event) => event.type === "deployment" && event.strategy !== undefined);
    assert.ok(first?.type === "deployment" && first.secondsLeft !== undefined);
    const left = ((report?.endedAt ?? 0) - Date.parse(first.time)) / 1000;
    assert.ok(Math.abs(first.secondsLeft - left) <= 0.15 * left, `${first.secondsLeft} s, and it took ${left} s`);
  });

  for (const [where, at, reason] of name === "CANARY" ? canaryStages : stages) {
    test(`${name} that a user stops ${where} is rolled-back, with the traffic that had moved`, async () => {
      const { report } = await shift(settings, { interventions: [stopAt(at)] });
      assert.equal(report?.verdict, "rolled-back");
      assert.match(report.reason, reason);
    });
  }

  test(`${name} that another deployment replaces half-way is superseded`, async () => {
    const { report } = await shift(settings, { interventions: [{ at: 110_000, do: "deploy", version: "v3.0.0" }] });
    assert.equal(report?.verdict, "superseded");
  });

  test(`${name} whose tasks crash is rolled-back before production traffic moved`, async () => {
    const { report } = await shift(settings, { release: { tasks: [{ exit: { after: 0, code: 1 } }] } });
    assert.equal(report?.verdict, "rolled-back");
    assert.match(report.reason, /the circuit breaker .*, when last seen with 0 % of production traffic/);
  });

  test(`${name} with an alarm in the bake time is rolled-back after all traffic had moved`, async () => {
    const at = { BLUE_GREEN: 300_000, LINEAR: 700_000, CANARY: 500_000 }[name] ?? 0;
    const alarm: Scenario = {
      service: { alarms: ["errors"] },
      interventions: [{ at, do: "alarm", name: "errors", state: "ALARM" }],
    };
    const { report } = await shift(settings, alarm);
    assert.equal(report?.verdict, "rolled-back");
    assert.match(report.reason, /an alarm \(errors\), after 100 % of production traffic/);
  });

  for (const denied of ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments"]) {
    test(`${name} has the same verdicts without ${denied}`, async () => {
      const verdictOf = async (scenario: Scenario) =>
        (await shift(settings, { aws: { deny: [denied] }, ...scenario })).report?.verdict;
      assert.equal(await verdictOf({}), "deployed");
      assert.equal(await verdictOf({ interventions: [stopAt(110_000)] }), "rolled-back");
      const replaced: Scenario = { interventions: [{ at: 110_000, do: "deploy", version: "v3.0.0" }] };
      assert.equal(await verdictOf(replaced), "superseded");
    });
  }
}

test("every hook that waits is in the verdict, with the stage and the share of the traffic", async () => {
  const lifecycleHooks = [pause("PRE_PRODUCTION_TRAFFIC_SHIFT"), pause("PRE_PRODUCTION_TRAFFIC_SHIFT")];
  const { report, runs } = await shift(
    { ...strategies.LINEAR, lifecycleHooks },
    {
      deployer: { runId: "1" },
      interventions: [{ at: 120_000, do: "continue", action: "CONTINUE" }],
      again: [300_000],
    },
  );
  const reasons = [runs[0].report?.reason ?? "", report?.reason ?? ""];
  assert.deepEqual([runs[0].report?.verdict, report?.verdict], ["paused", "paused"]);
  for (const reason of reasons) assert.equal(reason.match(/waits at PRE_PRODUCTION_TRAFFIC_SHIFT/g)?.length, 2);
  assert.match(reasons[0] ?? "", /ECS sends 0 % of production traffic to the new tasks\.$/);
  assert.match(reasons[1] ?? "", /ECS sends 25 % of production traffic to the new tasks\.$/);
  const ids = reasons.flatMap((reason) => reason.match(/ecs-pause-\S+/g) ?? []);
  assert.equal(new Set(ids).size, 4, "each step has hooks of its own");
});

test("the default linear deployment, and one of many small steps, end within the computed time", async () => {
  const linearConfiguration = { stepPercent: 3, stepBakeTimeInMinutes: 1 };
  for (const settings of [{ strategy: "LINEAR" }, { strategy: "LINEAR", linearConfiguration }]) {
    const { report } = await shift(settings, { deployer: { onTimeout: "rollback" } });
    assert.equal(report?.verdict, "deployed");
  }
});

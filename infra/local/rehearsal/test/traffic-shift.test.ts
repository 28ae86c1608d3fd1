import assert from "node:assert/strict";
import { test } from "node:test";
import { trafficStepsOf } from "../../aws/ecs/model/deployment-strategy.js";
import { formatTable } from "../step-table.js";
import { advancedConfigurationOf, configurationOf, dividedSteps, strategies, targetGroupOf } from "../strategy.js";
import { describeShares, measureShares, requireShares } from "../traffic-shift.js";

const phase = (production: number, from: number, until: number) => ({ production, test: 100, from, until });
/** One answer each 10 ms from `from` to `until`, each tenth one of v2. */
const answers = (from: number, until: number) =>
  Array.from({ length: (until - from) / 10 }, (_, index) => ({
    at: from + index * 10,
    version: index % 10 === 0 ? "v2" : "v1",
  }));

test("the share of each divided step is that of its answers, without the time in which the rule spreads", () => {
  const phases = [phase(0, 0, 9_000), phase(10, 9_000, 20_000), phase(100, 20_000, 30_000)];
  const given = [
    ...[1, 2, 3].map((at) => ({ at: 9_000 + at, version: "v2" })),
    ...answers(10_000, 20_000),
    { at: 20_001, version: "v2" },
  ];
  const shares = measureShares(phases, given, "v2");
  assert.deepEqual(shares, [{ requested: 10, measured: 10, answers: 1_000 }]);
  assert.deepEqual(describeShares(shares, "v2"), ["v2 at 10 % of the traffic: served 10.0 % of 1000 requests"]);
  requireShares(shares, "canary");
});

test("a share that is not its step's, a missing step and one without requests fail the rehearsal", () => {
  const share = { requested: 10, measured: 10, answers: 100 };
  assert.throws(
    () => requireShares([{ ...share, measured: 16 }], "canary"),
    /served 16\.0 % of 100.*expected 10 % ± 5/,
  );
  assert.throws(() => requireShares([{ ...share, answers: 0, measured: 10 }], "canary"), /of 0 requests/);
  assert.throws(() => requireShares([], "canary"), /divided at no %; expected 10 %/);
  assert.throws(() => requireShares([share], "blue-green"), /divided at 10 %; expected no %/);
  requireShares([], "blue-green");
});

test("the expected steps are those of each strategy's configuration", () => {
  for (const strategy of strategies) {
    const { steps = [] } = trafficStepsOf({ ...configurationOf(strategy) } as never) ?? {};
    assert.deepEqual(steps.slice(0, -1), dividedSteps[strategy], strategy);
  }
});

test("a service with traffic shifts has two target groups and two rules, in the partition of its region", () => {
  const target = { region: "cn-north-1", account: "123456789012", service: "web" };
  assert.equal(advancedConfigurationOf(target, "rolling"), undefined);
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } =
    advancedConfigurationOf(target, "canary") ?? {};
  const arns = [targetGroupOf(target), alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn];
  assert.equal(new Set(arns).size, 5);
  for (const arn of arns) assert.match(arn ?? "", /^arn:aws-cn:/);
});

test("the closing table shows each measured share beside its percent", () => {
  const shares = [{ requested: 10, measured: 9.96, answers: 750 }];
  const text = formatTable([{ name: "deploy v1.1.0", seconds: 38, outcome: "ok", shares }]);
  assert.match(text, /38\.0 s {2}ok, 10\.0 % at 10 %$/);
});

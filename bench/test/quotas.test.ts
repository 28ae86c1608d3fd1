import assert from "node:assert/strict";
import { test } from "node:test";
import { blueGreen, shifts, verified } from "../drills/catalogue/strategies/shift-settings.js";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

async function deployed(scenario: Scenario) {
  const { report, calls, trace } = await simulate({ deployer: verified, ...scenario }, 1);
  const lines = trace.flatMap((entry) => (entry.kind === "line" ? [entry.text] : []));
  const warnings = lines.filter((line) => /warning \w+-quota/.test(line));
  return { verdict: report?.verdict, calls, warnings, read: calls.GetMetricData ?? 0 };
}

const balanced = (desiredCount: number) => shifts(blueGreen, { check: "load-balancer", desiredCount });

test("a deployment with shifts of traffic makes one call for Fargate's quota, and warns of nothing that fits", async () => {
  const { verdict, warnings, read, calls } = await deployed({ service: balanced(2), aws: { fargateRoom: 2 } });
  assert.deepEqual([verdict, warnings, read], ["deployed", [], 1]);
  assert.deepEqual([calls.DescribeAccountLimits, calls.DescribeTargetHealth], [undefined, undefined]);
});

test("a rolling deployment makes the call only where its additional tasks are many", async () => {
  assert.equal((await deployed({ service: { desiredCount: 15 } })).read, 0);
  const { verdict, warnings, read } = await deployed({ service: { desiredCount: 16 }, aws: { fargateRoom: 0 } });
  assert.deepEqual([verdict, read], ["timed-out", 1]);
  assert.match(warnings.join(), /1 task of 0\.25 vCPU must start .* used 4 of its 4 Fargate On-Demand vCPUs/);
});

test("more targets than the load balancer takes are a warning, by its real targets", async () => {
  const service = { ...balanced(251), network: true };
  const { warnings, calls } = await deployed({ service, deployer: { timeoutMs: 60_000 } });
  assert.equal(warnings.length, 1);
  assert.match(
    String(warnings[0]),
    /target-quota: .* up to 251 targets beside the 251 of .* targets-per-availability-zone-per-network-load-balancer is 500\./,
  );
  assert.deepEqual([calls.DescribeAccountLimits, calls.DescribeTargetHealth], [1, 2]);
});

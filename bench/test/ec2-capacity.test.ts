import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

const port = (hostPort: number) => ({ portMappings: [{ containerPort: 5000, hostPort }] });
const onOne = (service: Scenario["service"], more: Scenario = {}): Scenario => ({
  ...more,
  service: { instances: 1, ...service },
});

async function deployed(scenario: Scenario) {
  const { report, runs, oracle: truth } = await simulate(scenario, 1);
  assert.ok(report, runs.at(-1)?.error?.message);
  assert.equal(truth.moments.at(-1)?.state, report.verdict === "timed-out" ? "open" : report.verdict);
  return report;
}

test("a service on container instances is deployed to with dynamic ports", async () => {
  for (const check of ["none", "container", "load-balancer"] as const) {
    assert.equal((await deployed(onOne({ check, container: port(0) }))).verdict, "deployed", check);
  }
});

test("a fixed host port on the only instance gives a warning before, and is the cause after", async () => {
  const scenario = onOne({ container: port(8080) }, { deployer: { timeoutMs: 600_000 } });
  const { verdict, diagnosis } = await deployed(scenario);
  assert.equal(verdict, "timed-out");
  assert.equal(diagnosis?.cause, "port-in-use");
  assert.match(String(diagnosis?.evidence[0]), /is already using a port required by your task/);
  const { trace } = await simulate(scenario, 1);
  const lines = trace.flatMap((entry) => (entry.kind === "line" ? [entry.text] : []));
  assert.ok(
    lines.some((line) => /warning fixed-host-port/.test(line)),
    lines.join("\n"),
  );
});

test("with room to stop the old task first, or with a second instance, a fixed host port is deployed", async () => {
  assert.equal((await deployed(onOne({ container: port(8080), minimumHealthyPercent: 0 }))).verdict, "deployed");
  assert.equal((await deployed(onOne({ container: port(8080), instances: 2 }))).verdict, "deployed");
});

test("a task without room on any instance has that as its cause", async () => {
  const { verdict, diagnosis } = await deployed(
    onOne({ container: { ...port(0), memory: 5000 } }, { deployer: { timeoutMs: 600_000 } }),
  );
  assert.equal(verdict, "timed-out");
  assert.equal(diagnosis?.cause, "no-capacity");
  assert.match(String(diagnosis?.fix), /CPU and memory/);
});

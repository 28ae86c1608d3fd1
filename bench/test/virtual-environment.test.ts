import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

const crashLoop: Scenario = { release: { tasks: [{ exit: { after: 0, code: 1 } }] } };
const killed: Scenario = { deployer: { runId: "1" }, kills: [{ call: 12, how: "killed-after", pause: 3_000 }] };
/** A lost response: the SDK retries the call by itself, after a pause of its own. */
const lost: Scenario = { kills: [{ call: 9, how: "answer-lost" }] };
const replaced: Scenario = { interventions: [{ at: 60_000, do: "deploy", version: "v3.0.0" }] };
const scenarios: [string, Scenario, string][] = [
  ["a release that goes well", {}, "deployed"],
  ["a release whose tasks exit at once", crashLoop, "rolled-back"],
  ["a deployer that is killed and run again", killed, "deployed"],
  ["another user's deploy in the middle", replaced, "superseded"],
];

for (const [name, scenario, state] of scenarios) {
  test(`${name} has the right verdict, by the port and through the SDK`, async () => {
    for (const way of ["direct", "sdk"] as const) {
      const { report, oracle: truth } = await simulate(scenario, 1, { way });
      assert.equal(truth.moments.at(-1)?.state, state, way);
      assert.equal(report?.verdict, state, way);
    }
  });
}

for (const way of ["direct", "sdk"] as const) {
  test(`the same scenario and seed give the same outcome byte for byte (${way})`, async () => {
    for (const scenario of [killed, lost]) {
      const [first, second] = [await simulate(scenario, 7, { way }), await simulate(scenario, 7, { way })];
      assert.equal(JSON.stringify(first), JSON.stringify(second));
    }
  });
}

test("another seed gives other ids", async () => {
  const [first, second] = [await simulate({}, 1), await simulate({}, 2)];
  assert.notEqual(first.oracle.rollout, second.oracle.rollout);
});

test("quarters of an hour pass in virtual time only", async (t) => {
  const { mock } = t.mock.method(globalThis, "setTimeout");
  const missing = { pull: 100_000, pullError: "CannotPullContainerError: not found" };
  const { runs } = await simulate({ release: { tasks: [missing] }, deployer: { earlyStop: false } }, 1);
  assert.ok(runs[0].endedAt - runs[0].startedAt > 8 * 60_000);
  assert.equal(mock.callCount(), 0);
});

test("the load balancer still sends requests to an old task for a while, and none to a new one", async () => {
  const drained = { drain: 60_000 };
  const old = async (balancerLag: number) => {
    const scenario: Scenario = {
      service: { check: "load-balancer" },
      before: { tasks: [drained] },
      aws: { balancerLag },
      deployer: { http: true },
    };
    const { answers, oracle } = await simulate(scenario, 1);
    const settling = oracle.moments.find(({ state }) => state === "settling")?.at ?? 0;
    return answers.filter(({ at, version }) => at > settling && version === "v1.0.0").length;
  };
  assert.equal(await old(0), 0);
  const [some, more] = [await old(10_000), await old(20_000)];
  assert.ok(some > 0 && more > some, `${some}, ${more}`);
});

test("a killed deployer has no further effect", async () => {
  const { oracle: truth, runs } = await simulate({ kills: [{ call: 12, how: "killed-before", pause: 600_000 }] }, 1);
  assert.equal(runs[0].killed, true);
  assert.equal(runs.length, 2);
  assert.ok(truth.updates.every(({ at }) => at > (runs[1]?.startedAt ?? 0)));
});

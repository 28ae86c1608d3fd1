import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

const canary: Scenario = {
  service: {
    desiredCount: 2,
    check: "load-balancer",
    strategy: {
      strategy: "CANARY",
      bakeTimeInMinutes: 1,
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 30 },
    },
  },
  deployer: { http: true, timeoutMs: 7_200_000 },
};

/** Returns the time of an intervention in the log, by its text. */
const timeOf = ({ trace }: Awaited<ReturnType<typeof simulate>>, text: RegExp) =>
  trace.find((entry) => entry.kind === "world" && text.test(entry.text))?.at ?? Number.NaN;

test("of the public requests during a canary of 10 % a tenth reaches the new version, and none fails", async () => {
  const marks: Scenario["interventions"] = [1, 2].map((step) => ({
    ...{ from: "PRODUCTION_TRAFFIC_SHIFT", step, at: 30_000 },
    ...{ do: "call", service: "ecs", operation: "ListClusters", input: {} },
  }));
  const outcome = await simulate({ ...canary, interventions: marks }, 1);
  const [first = 0, second = 0] = outcome.trace.flatMap(({ at, kind }) => (kind === "world" ? [at] : []));
  const during = outcome.answers.filter(({ at }) => at > first && at < second - 30_000);
  const share = during.filter(({ version }) => version === "v2.0.0").length / during.length;
  assert.ok(during.length > 60, `${during.length} requests`);
  assert.ok(Math.abs(share - 0.1) < 0.02, `${share}`);
  assert.deepEqual([...new Set(outcome.answers.map(({ status }) => status))], [200]);
  assert.deepEqual(outcome.serves, { "v2.0.0": 2 });
});

test("for up to 14 s after the production rule has changed, some nodes still send requests to the old version", async () => {
  const strategy = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 };
  const lasting = async (ruleDelay: number) => {
    const outcome = await simulate({ ...canary, service: { ...canary.service, strategy }, aws: { ruleDelay } }, 1);
    const first = outcome.answers.find(({ version }) => version === "v2.0.0")?.at ?? 0;
    return outcome.answers.filter(({ at, version }) => at > first && version === "v1.0.0").length;
  };
  assert.equal(await lasting(0), 0);
  assert.ok((await lasting(60_000)) > 0);
});

test("rules that another tool sets back send all requests to the first target group", async () => {
  const strategy = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 };
  const outcome = await simulate(
    {
      ...canary,
      service: { ...canary.service, strategy },
      interventions: [{ from: "BAKE_TIME", at: 60_000, do: "reset-rules" }],
    },
    1,
  );
  const at = timeOf(outcome, /sets the listener rules back/);
  const after = outcome.answers.filter((answer) => answer.at > at + 20_000 && answer.at < at + 200_000);
  assert.ok(after.length > 5);
  assert.deepEqual([...new Set(after.map(({ version }) => version))], ["v1.0.0"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scenario } from "../scenario/scenario.js";
import { linesOf, shift, stopAt, strategies } from "./shift-scenario.js";

const wrong: Scenario["release"] = { tasks: [{ serves: { version: "v0.0.1" } }] };
const until = { http: true, more: { until: "shifted" } };

for (const [name, settings] of Object.entries(strategies)) {
  test(`${name} until shifted ends in the bake time with exit code 0, and the same command again ends the verdict`, async () => {
    const { runs } = await shift(settings, { deployer: until, again: [1_000, 600_000] });
    assert.deepEqual(
      runs.map(({ report }) => report?.verdict),
      ["shifted", "shifted", "deployed"],
    );
    const [first] = runs;
    assert.equal(first.report?.exitCode, 0);
    assert.equal(first.report?.http.state, "verified");
    assert.ok((first.report?.shifted?.at ?? 0) > (first.report?.startedAt ?? 0));
    assert.match(first.report?.reason ?? "", /^Production traffic is at 100 %, and the bake time runs\.$/);
    assert.deepEqual(
      runs.map(({ report }) => report?.changed),
      [true, false, false],
    );
  });

  test(`${name} that serves another version is rolled back in its bake time`, async () => {
    const { report } = await shift(settings, { release: wrong, deployer: { http: true } });
    assert.equal(report?.verdict, "rolled-back");
    assert.match(
      report.reason,
      /Rolled back by Slipway, because \S+ answers v0\.0\.1 instead of v2\.0\.0, after 100 % of production traffic/,
    );
    assert.equal(report.shifted?.http.state, "wrong");
    assert.equal(report.diagnosis?.cause, "wrong-version-served");
    assert.equal(report.undo, undefined, "no second deployment is needed");
  });
}

test("a rollback after the verdict shifted is reported by the same command with the same run id", async () => {
  const { runs } = await shift(strategies.BLUE_GREEN, {
    deployer: { ...until, runId: "1" },
    interventions: [stopAt(200_000)],
    again: [100_000],
  });
  assert.deepEqual(
    runs.map(({ report }) => report?.verdict),
    ["shifted", "rolled-back"],
  );
});

test("the URL is checked once all traffic has moved, and again at the end", async () => {
  const outcome = await shift(strategies.CANARY, { deployer: { http: true } });
  assert.equal(outcome.report?.verdict, "deployed");
  const lines = linesOf(outcome);
  const moved = lines.findIndex((line) =>
    /^All production traffic has moved: \S+ answered v2\.0\.0 5 times/.test(line),
  );
  const end = lines.findIndex((line) => line.startsWith("deployment SUCCESSFUL"));
  assert.ok(moved > 0 && moved < end);
  assert.equal(lines.filter((line) => line.startsWith("Requesting v2.0.0")).length, 2);
});

test("without permission to stop, a wrong release is rolled back by a deployment of its own after the bake time", async () => {
  const aws = { deny: ["ecs:StopServiceDeployment"] };
  const scenario = { release: wrong, aws };
  const { report } = await shift(strategies.BLUE_GREEN, { ...scenario, deployer: { http: true } });
  assert.equal(report?.verdict, "rolled-back");
  assert.equal(report.undo?.to?.version, "v1.0.0");
  const { report: shifted } = await shift(strategies.BLUE_GREEN, { ...scenario, deployer: until });
  assert.equal(shifted?.verdict, "failed");
  assert.match(shifted.reason, /`abort` rolls back until then\. It was not rolled back: ecs:StopServiceDeployment is/);
});

test("a wrong release stays where rollbacks are turned off, and so does one that is right in part", async () => {
  const off = await shift(strategies.BLUE_GREEN, { release: wrong, deployer: { ...until, undo: false } });
  assert.equal(off.report?.verdict, "failed");
  const half = { tasks: [{ serves: { version: "v0.0.1" } }, {}] };
  const { report } = await shift(strategies.BLUE_GREEN, { release: half, deployer: until });
  assert.equal(report?.verdict, "failed");
  assert.equal(report.diagnosis?.cause, "mixed-answers");
});

test("a rolling deployment until shifted ends as deployed", async () => {
  const { report } = await shift({ strategy: "ROLLING" }, { deployer: until });
  assert.equal(report?.verdict, "deployed");
});

test("at its deadline a rollout is rolled back while traffic moves, and left alone in its bake time", async () => {
  const atDeadline = async (minutes: number) =>
    await shift(strategies.LINEAR, { deployer: { timeoutMs: minutes * 60_000, onTimeout: "rollback" } });
  const moving = await atDeadline(5);
  assert.equal(moving.report?.verdict, "rolled-back");
  assert.match(moving.report.reason, /because the deadline passed, after (25|50) % of production traffic/);
  const baking = await atDeadline(12);
  assert.equal(baking.report?.verdict, "timed-out");
  assert.match(baking.report.reason, /ECS sends 100 % of production traffic to the new tasks\.$/);
  assert.ok(linesOf(baking).some((line) => /^Not requesting a rollback: .*BAKE_TIME/.test(line)));
});

test("the answers of each step are reported beside the weight, and fit it", async () => {
  const linear = { strategy: "LINEAR", linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 10 } };
  const { report } = await shift(linear, { deployer: { http: true } });
  const shares = report?.during?.shares ?? [];
  assert.deepEqual(
    shares.map(({ weight }) => weight),
    [25, 50, 75],
  );
  for (const { weight, requests, right } of shares) {
    assert.ok(requests >= 80, `${requests} requests at ${weight} %`);
    assert.ok(Math.abs((100 * right) / requests - weight) < 15, `${right} of ${requests} at ${weight} %`);
  }
  assert.deepEqual(report?.uncertain, []);
});

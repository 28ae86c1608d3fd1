import assert from "node:assert/strict";
import { test } from "node:test";
import { containerBehaviour, sidecarEnvironment } from "../containers/container-script.js";
import {
  cannotStart,
  exits,
  noSuchCommand,
  secretMissing,
  unhealthyTarget,
  waitsForDatabase,
} from "../drills/catalogue/drill-scripts.js";
import { drills } from "../drills/catalogue/index.js";
import { whyNotWithContainers } from "../drills/container-support.js";
import type { Drill } from "../drills/drill.js";
import type { Scenario } from "../scenario/scenario.js";

const drill = (scenario: Scenario, more: Partial<Drill> = {}): Drill => ({
  ...{ name: "d", description: "", scenario, ends: { verdict: "deployed" } },
  ...more,
});

test("possible scripts run with real containers", () => {
  assert.equal(whyNotWithContainers(drill({})), undefined);
  assert.equal(whyNotWithContainers(drill({ release: { tasks: [exits(1, 500), {}] } })), undefined);
});

test("a drill that can't run with containers has a reason", () => {
  const why = (scenario: Scenario, more?: Partial<Drill>) => whyNotWithContainers(drill(scenario, more)) ?? "";
  assert.match(why({ release: { tasks: [{}, secretMissing] } }), /keeps no secrets/);
  assert.match(why({ others: { v9: { tasks: [secretMissing] } } }), /keeps no secrets/);
  assert.match(why({ service: { desiredCount: 120 } }), /120 tasks are more/);
  assert.match(why({ release: { image: { isIndex: true } } }), /no indexes/);
  assert.equal(why({}, { withoutContainers: "for this reason" }), "for this reason");
  assert.equal(why({}, { virtualOnly: "for that reason" }), "for that reason");
});

test("at least sixty of the drills can run with containers", () => {
  const playable = drills.filter((each) => whyNotWithContainers(each) === undefined);
  assert.ok(playable.length >= 60, String(playable.length));
});

test("a container gets its script in seconds, scaled as all other times", () => {
  const { environment } = containerBehaviour(exits(0, 20_000), 5000, 10);
  assert.deepEqual(environment, { LISTEN: "5000", TARGET: "hang", HEALTH: "hang", EXIT_AFTER: "2", EXIT: "0" });
  const slow = containerBehaviour({ pull: 10_000, start: 20_000, serves: { version: "v1", status: 500 } }, 5000, 10);
  assert.deepEqual(slow.pull, { delay: 3_000 });
  assert.deepEqual([slow.environment.SERVES, slow.environment.STATUS], ["v1", "500"]);
});

test("checks change as in the script, each with its delay after the one before", () => {
  const { TARGET, HEALTH } = containerBehaviour(
    {
      target: [
        { after: 40_000, state: "unhealthy", reason: "Health checks failed with these codes: [503]" },
        { after: 90_000, state: "healthy" },
      ],
      health: [
        { after: 20_000, status: "UNHEALTHY" },
        { after: 40_000, status: "HEALTHY" },
        { after: 60_000, status: "UNHEALTHY" },
      ],
    },
    5000,
    10,
  ).environment;
  assert.equal(TARGET, "503 9:200");
  assert.equal(HEALTH, "UNHEALTHY 4:HEALTHY 2:UNHEALTHY");
});

test("a check that passes late fails before, and needs a grace period that hides it", () => {
  const late = { target: [{ after: 90_000, state: "healthy" as const }] };
  assert.equal(containerBehaviour(late, 5000, 10).environment.TARGET, "503 9:200");
  const playedWith = (healthCheckGracePeriodSeconds: number) =>
    whyNotWithContainers(drill({ service: { healthCheckGracePeriodSeconds }, release: { tasks: [late] } }));
  assert.equal(playedWith(120), undefined);
  assert.match(playedWith(60) ?? "", /never stays open/);
});

test("an unreachable task listens on another port, and one without its command gets another", () => {
  assert.equal(containerBehaviour(unhealthyTarget("Health checks failed"), 5000, 10).environment.LISTEN, "5001");
  assert.equal(containerBehaviour(unhealthyTarget("Request timed out"), 5000, 10).environment.TARGET, "hang");
  assert.deepEqual(containerBehaviour(noSuchCommand, 5000, 10).command, ["serve"]);
});

test("a sidecar container gets a script and a port of its own", () => {
  const script = { sidecarExits: { proxy: { after: 3_000, code: 1 } } };
  const healthy = { LISTEN: "5002", TARGET: "200", HEALTH: "HEALTHY" };
  assert.deepEqual(sidecarEnvironment(script, "proxy", 5002, 10), { ...healthy, EXIT_AFTER: "0.3", EXIT: "1" });
  assert.deepEqual(sidecarEnvironment(script, "db", 5002, 10), healthy);
});

test("a dependency of the app is never healthy on an error of ECS's dependency graph, and the app's image exists all the same", () => {
  const script = cannotStart("dependency graph: container db is not healthy", 60_000);
  assert.equal(sidecarEnvironment(script, "db", 5002, 10).HEALTH, "hang");
  assert.deepEqual(containerBehaviour(script, 5000, 10).pull, {});
  assert.equal(whyNotWithContainers(drill({ service: waitsForDatabase, release: { tasks: [script] } })), undefined);
});

test("a slow request keeps its full length, and all other times are scaled", () => {
  assert.equal(containerBehaviour({ serves: { takes: 10_000 } }, 5000, 10).environment.TAKES, "10");
});

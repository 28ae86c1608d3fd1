import assert from "node:assert/strict";
import { test } from "node:test";
import { testUrl } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";
import { linesOf, pause, shift, strategies } from "./shift-scenario.js";

const wrong: Scenario["release"] = { tasks: [{ serves: { version: "v0.0.1" } }] };
const deployer = { http: true, more: { testHttp: { baseUrl: testUrl } } };
const noTraffic = /, when last seen with 0 % of production traffic on the new tasks\./;

for (const [name, settings] of Object.entries(strategies)) {
  test(`${name}: the test listener answers the release before production moves`, async () => {
    const outcome = await shift(settings, { deployer });
    const { report } = outcome;
    assert.deepEqual([report?.verdict, report?.testListener?.state], ["deployed", "verified"]);
    const lines = linesOf(outcome);
    const checked = lines.indexOf("The test listener answered v2.0.0 5 times in a row.");
    const moved = lines.findIndex((line) => /production (100|25|10) %/.test(line));
    assert.ok(checked > 0 && checked < moved, `${checked}, ${moved}`);
  });

  test(`${name}: a wrong version on the test listener is rolled back before production traffic moves`, async () => {
    const { report, answers } = await shift(settings, { release: wrong, deployer });
    assert.equal(report?.verdict, "rolled-back");
    assert.match(
      report.reason,
      /Slipway, because the test listener \S+ answers v0\.0\.1 instead of v2\.0\.0, when last seen/,
    );
    assert.match(report.reason, noTraffic);
    assert.equal(report.diagnosis?.cause, "wrong-on-test-listener");
    assert.deepEqual(
      [...new Set(answers.map(({ version }) => version))],
      ["v1.0.0"],
      "the public has seen nothing of it",
    );
  });
}

test("a pause waits for the check of the test listener, and a wrong release for nothing", async () => {
  const lifecycleHooks = [pause("POST_TEST_TRAFFIC_SHIFT")];
  const settings = { ...strategies.BLUE_GREEN, lifecycleHooks };
  const good = await shift(settings, { deployer });
  assert.deepEqual([good.report?.verdict, good.report?.testListener?.state], ["paused", "verified"]);
  const bad = await shift(settings, { release: wrong, deployer });
  assert.equal(bad.report?.verdict, "rolled-back");
  assert.match(bad.report.reason, noTraffic);
  const denied = await shift(settings, { release: wrong, deployer, aws: { deny: ["ecs:StopServiceDeployment"] } });
  assert.equal(denied.report?.verdict, "paused");
  assert.match(denied.report.reason, /It was not rolled back: ecs:StopServiceDeployment is not permitted\.$/);
});

test("expectations count on the test listener too", async () => {
  const expectations = [
    { path: "/version", json: { version: "{version}" } },
    { path: "/healthz", status: 204 },
  ];
  const testHttp = { baseUrl: testUrl, versionCheck: false, expectations };
  const { report } = await shift(strategies.BLUE_GREEN, { deployer: { http: true, more: { testHttp } } });
  assert.equal(report?.verdict, "rolled-back");
  assert.match(report.reason, /the test listener \S+ answers \/healthz: HTTP 200 instead of 204/);
});

test("an error on the test listener proves a broken release only where the app returned its version before the rollout", async () => {
  const release: Scenario["release"] = { tasks: [{ serves: { status: 500 } }] };
  const known = await shift(strategies.BLUE_GREEN, { release, deployer });
  assert.deepEqual([known.report?.verdict, known.report?.testListener?.state], ["rolled-back", "wrong"]);
  assert.match(String(known.report?.reason), noTraffic);
  // A cache in front of the public URL hides whose app answers, and an error on the test listener may be another service's.
  const hidden = await shift(strategies.BLUE_GREEN, { release, deployer: { ...deployer, url: "cached" } });
  assert.equal(hidden.report?.testListener?.state, "unproven");
  assert.doesNotMatch(String(hidden.report?.reason), noTraffic);
});

test("a test listener that can't be reached proves nothing, and the report has it", async () => {
  const more = { testHttp: { baseUrl: "http://10.255.255.1" } };
  const { report } = await shift(strategies.BLUE_GREEN, { deployer: { http: true, more } });
  assert.equal(report?.verdict, "deployed");
  assert.equal(report.testListener?.state, "unproven");
});

test("without early stops a wrong test listener is reported, and the deployment goes on", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    release: wrong,
    deployer: { ...deployer, earlyStop: false },
  });
  assert.equal(report?.testListener?.state, "wrong");
  assert.doesNotMatch(String(report?.reason), noTraffic);
});

test("a rollback for another reason ends the check of the test listener: its traffic moves back too", async () => {
  // The deadline passes in the seconds in which the test rule reaches every node, so the check has no answer yet.
  const late = { ...deployer, onTimeout: "rollback" as const, timeoutMs: 76_000 };
  const outcome = await shift(strategies.BLUE_GREEN, { release: wrong, deployer: late });
  assert.match(String(outcome.report?.reason), /^Rolled back by Slipway, because the deadline passed, when last seen/);
  assert.equal(outcome.report?.testListener, undefined);
  // Neither the test listener nor a user: ECS has "rolled back by user" for the deployer's own request too.
  assert.equal(outcome.report?.diagnosis?.cause, "traffic-shifting");
  const lines = linesOf(outcome);
  const begun = lines.findIndex((line) => line.startsWith("The test traffic has moved: requesting"));
  const requested = lines.findIndex((line) => line.startsWith("Requesting a rollback"));
  assert.ok(begun >= 0 && begun < requested, `${begun}, ${requested}`);
  assert.ok(lines.slice(requested).every((line) => !/^The test (listener|traffic)/.test(line)));
});

test("the test listener is not requested once a rollback has been requested", async () => {
  // The same poll shows the moved test traffic and the passed deadline.
  const late = { ...deployer, onTimeout: "rollback" as const, timeoutMs: 66_000 };
  const outcome = await shift(strategies.BLUE_GREEN, { release: wrong, deployer: late });
  assert.match(String(outcome.report?.reason), /because the deadline passed/);
  assert.ok(linesOf(outcome).some((line) => / IN_PROGRESS, TEST_TRAFFIC_SHIFT: .* test 100 %/.test(line)));
  assert.ok(linesOf(outcome).every((line) => !/^The test (listener|traffic)/.test(line)));
});

test("listener rules that a foreign tool has put back show on the test listener, which answers the old version too", async () => {
  const { report } = await shift(strategies.BLUE_GREEN, {
    before: { versions: ["v0.9.0", "v1.0.0"] },
    deployer: { ...deployer, ignore: ["listener-rules"] },
    interventions: [{ at: 0, from: "start", do: "reset-rules" }],
  });
  assert.equal(report?.verdict, "deployed");
  assert.match(
    report.uncertain.join(),
    /the test listener \S+ answered .*not v2\.0\.0 alone: compare the listener rules/,
  );
});

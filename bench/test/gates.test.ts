import assert from "node:assert/strict";
import { test } from "node:test";
import { type DeployArguments, parseDeploySettings } from "../../ci/lib/rollout/plan/deploy-settings.js";
import { run } from "../../ci/lib/rollout/run.js";
import type { RunOptions } from "../../ci/lib/rollout/run-options.js";
import { drills } from "../drills/catalogue/index.js";
import { simulate } from "../virtual/simulate.js";
import { BLUE, PRODUCTION, pause, shiftScene, TEST } from "./shift-scene.js";

const urls = { url: { baseUrl: "http://web.example" }, testUrl: { baseUrl: "http://test.example" } };
type Scene = Awaited<ReturnType<typeof shiftScene>>;

/** Answers as the load balancer: from the target group that the rule of the URL's host forwards most requests to. */
function answerFrom(
  scene: Scene,
  versions: { blue: string; green: string | undefined },
  lag = 14_000,
): RunOptions["ask"] {
  const shown = new Map<string, { group: string; until: number; next: string }>();
  return async ({ url }) => {
    const rule = url.hostname === "test.example" ? TEST : PRODUCTION;
    const { Rules } = await scene.call("elasticloadbalancing", "DescribeRules", { RuleArns: [rule] });
    const groups: { TargetGroupArn: string; Weight: number }[] = Rules[0].Actions[0].ForwardConfig.TargetGroups;
    const next = groups.reduce((most, one) => (one.Weight > most.Weight ? one : most)).TargetGroupArn;
    // A rule takes up to 14 s to reach every node of the load balancer.
    const known = shown.get(rule) ?? { group: next, until: 0, next };
    if (known.next !== next) Object.assign(known, { until: scene.clock.now() + lag, next });
    if (scene.clock.now() >= known.until) known.group = known.next;
    shown.set(rule, known);
    const version = known.group === BLUE ? versions.blue : versions.green;
    if (version === undefined) throw new Error("connect ECONNREFUSED");
    const headers = { "content-type": "application/json" };
    return { status: 200, headers, body: JSON.stringify({ version }) };
  };
}

async function gated(
  stages: string[],
  more: { answers?: string | undefined; strategy?: object; deny?: string[] } = {},
) {
  const { strategy = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 }, deny = [] } = more;
  const lifecycleHooks = [pause(...stages)];
  const scene = await shiftScene({ deploymentConfiguration: { ...strategy, lifecycleHooks }, deny });
  const green = "answers" in more ? more.answers : "v2.0.0";
  const ask = answerFrom(scene, { blue: "v1.0.0", green });
  const gates = stages.map((stage) => ({ stage, timeoutSeconds: 60 })) as NonNullable<RunOptions["target"]["gates"]>;
  const deploy = async (changes: DeployArguments = {}) =>
    await run({
      ...scene.session,
      target: { ...scene.session.target, gates },
      release: await scene.publish("v2.0.0"),
      settings: parseDeploySettings({ ignore: ["mutable-tags"], ...changes }),
      http: urls.url,
      gates: urls,
      ask: ask as NonNullable<typeof ask>,
    });
  return { scene, deploy };
}

test("a gate requests the test listener, waits until the rule is everywhere, and the deployment goes on by itself", async () => {
  const { scene, deploy } = await gated(["POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]);
  const report = await deploy();
  assert.deepEqual([report.verdict, report.exitCode], ["deployed", 0], report.reason);
  assert.deepEqual(
    report.gates?.map(({ stage, url, answered, action }) => ({ stage, url, answered, action })),
    [
      {
        stage: "POST_TEST_TRAFFIC_SHIFT",
        url: "http://test.example/version",
        answered: "v2.0.0, 5 times in a row",
        action: "CONTINUE",
      },
      {
        stage: "POST_PRODUCTION_TRAFFIC_SHIFT",
        url: "http://web.example/version",
        answered: "v2.0.0, 5 times in a row",
        action: "CONTINUE",
      },
    ],
  );
  const events = report.events.filter(({ type }) => type === "gate");
  assert.equal(events.length, 2);
  assert.match(
    scene.lines.join("\n"),
    /gate at POST_TEST_TRAFFIC_SHIFT: http:\/\/test\.example\/version answered v2\.0\.0/,
  );
  assert.equal((await scene.newest()).status, "SUCCESSFUL");
});

test("a wrong version on the test listener rolls the deployment back before production traffic has moved", async () => {
  const { scene, deploy } = await gated(["POST_TEST_TRAFFIC_SHIFT"], { answers: "v1.9.0" });
  const report = await deploy();
  assert.deepEqual([report.verdict, report.exitCode], ["rolled-back", 3], report.reason);
  assert.deepEqual([report.gates?.[0]?.action, report.gates?.[0]?.answered], ["ROLLBACK", "v1.9.0"]);
  assert.match(
    report.reason,
    /The gate at POST_TEST_TRAFFIC_SHIFT: http:\/\/test\.example\/version answered v1\.9\.0\.$/,
  );
  const { targetServiceRevision, status } = await scene.newest();
  assert.deepEqual([status, targetServiceRevision.requestedProductionTrafficWeight], ["ROLLBACK_SUCCESSFUL", 0]);
});

test("a test listener that can't be reached proves nothing: the pause is left to a user, within the gate's time", async () => {
  const { scene, deploy } = await gated(["POST_TEST_TRAFFIC_SHIFT"], { answers: undefined });
  const report = await deploy();
  assert.deepEqual([report.verdict, report.exitCode], ["paused", 10]);
  const [gate] = report.gates ?? [];
  assert.equal(gate?.action, "NONE");
  assert.ok(report.endedAt - (gate?.at ?? 0) <= 62_000);
  assert.match(report.reason, /answered no answer \(connect ECONNREFUSED\)|no answer/);
  assert.match(String(report.next), new RegExp(`continue --hook ${gate?.hookId}`));
  assert.equal((await scene.waiting()).length, 1);
});

test("a linear deployment requests the URL at each step, for each new hook", async () => {
  const strategy = {
    strategy: "LINEAR",
    linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
    bakeTimeInMinutes: 0,
  };
  const { deploy } = await gated(["PRE_PRODUCTION_TRAFFIC_SHIFT"], { strategy });
  const report = await deploy();
  assert.equal(report.verdict, "deployed", report.reason);
  assert.deepEqual(
    report.gates?.map(({ action }) => action),
    ["CONTINUE", "CONTINUE"],
  );
  assert.equal(new Set(report.gates?.map(({ hookId }) => hookId)).size, 2);
});

test("without the permission the pause is left to a user, and the action is named", async () => {
  const { deploy } = await gated(["POST_TEST_TRAFFIC_SHIFT"], { deny: ["ecs:ContinueServiceDeployment"] });
  const report = await deploy();
  assert.deepEqual([report.verdict, report.gates?.[0]?.action], ["paused", "NONE"]);
  assert.match(report.reason, /could not be ended: ecs:ContinueServiceDeployment is not permitted\.$/);
});

for (const [word, verdict] of [
  ["stopped", "rolled-back"],
  ["other-deploy", "superseded"],
  ["continued", "deployed"],
]) {
  test(`a pause that ends otherwise during a gate's check (${word}) is seen within 5 s, and the gate requests nothing more`, async () => {
    const drill = drills.find(({ name }) => name === `blue-green-${word}-during-a-gate`);
    assert.ok(drill);
    const { report, oracle, testAnswers = [], trace } = await simulate(drill.scenario, 1);
    assert.deepEqual([report?.verdict, report?.gates], [verdict, undefined], report?.reason);
    const paused = oracle.moments.findIndex(({ state }) => state === "paused");
    const ended = oracle.moments[paused + 1]?.at ?? 0;
    const last = testAnswers.at(-1)?.at ?? 0;
    assert.ok(last >= ended - 1_000 && last <= ended + 5_000, `${last}, ${ended}`);
    const isOver = (text: string) => /^POST_TEST_TRAFFIC_SHIFT: the pause ecs-pause-\S+ is over, and/.test(text);
    assert.ok(trace.some((entry) => entry.kind === "line" && isOver(entry.text)));
  });
}

test("an AWS that answers no more ends the gate's check with the watch", async () => {
  const { scene, deploy } = await gated(["POST_TEST_TRAFFIC_SHIFT"], { answers: "v1.9.0" });
  const { ecs } = scene.session.aws;
  const send = async (command: object, options: object) => {
    if (scene.lines.some((line) => line.includes("to end the pause")))
      throw Object.assign(new Error("The security token included in the request is expired"), {
        name: "ExpiredTokenException",
        $metadata: { httpStatusCode: 400 },
      });
    return await ecs.send(command as never, options as never);
  };
  scene.session.aws = { ...scene.session.aws, ecs: { send: send as never } };
  await assert.rejects(deploy(), /can't be watched any longer/);
  assert.ok(scene.lines.every((line) => !/^gate at/.test(line)));
});

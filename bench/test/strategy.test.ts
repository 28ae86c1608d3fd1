import assert from "node:assert/strict";
import { test } from "node:test";
import { readService } from "../../ci/lib/ecs/service.js";
import { readableDeployments } from "../../ci/lib/ecs/service-deployments.js";
import { formatReport } from "../../ci/lib/report/report-text.js";
import { abortDeployment, continueDeployment } from "../../ci/lib/rollout/hooks/continue-or-abort.js";
import { type DeployArguments, parseDeploySettings } from "../../ci/lib/rollout/plan/deploy-settings.js";
import { propose } from "../../ci/lib/rollout/plan/proposal.js";
import { registeredAt } from "../../ci/lib/rollout/revisions/own-revisions.js";
import { run } from "../../ci/lib/rollout/run.js";
import { strategies } from "./shift-scenario.js";
import { advancedConfiguration, BLUE, GREEN, PRODUCTION, pause, shiftScene } from "./shift-scene.js";

type Scene = Awaited<ReturnType<typeof shiftScene>>;

async function deploy(
  { session, publish }: Scene,
  version: string,
  changes: DeployArguments,
  timeoutMs?: number,
  until?: "shifted",
) {
  const settings = parseDeploySettings({ ...changes, ignore: ["mutable-tags"] });
  return await run({
    ...session,
    release: await publish(version),
    settings,
    ...(timeoutMs && { timeoutMs }),
    ...(until && { until }),
  });
}

async function proposed({ session, publish }: Scene, version: string, changes: DeployArguments) {
  const now = await readService(session.aws, session.target);
  const deployments = await readableDeployments(session, registeredAt(now.current));
  const settings = parseDeploySettings({ ...changes, ignore: ["mutable-tags"] });
  return await propose(session, now, deployments, await publish(version), settings);
}

const strategyNow = async ({ described }: Scene) => {
  const { strategy, bakeTimeInMinutes, canaryConfiguration, linearConfiguration } = (await described())
    .deploymentConfiguration;
  return { strategy, bakeTimeInMinutes, canaryConfiguration, linearConfiguration };
};
const ROLLING = {
  strategy: "ROLLING",
  bakeTimeInMinutes: 0,
  canaryConfiguration: undefined,
  linearConfiguration: undefined,
};
const CANARY = {
  ...ROLLING,
  strategy: "CANARY",
  bakeTimeInMinutes: 2,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 3 },
};
const canary = { strategy: "canary", percent: "10", stepBake: 3, bake: 2 };

test("a deploy with a strategy changes the service's, rolls out by it, and the service keeps it", async () => {
  const scene = await shiftScene();
  const report = await deploy(scene, "v2.0.0", canary);
  assert.equal(report.verdict, "deployed", report.reason);
  assert.deepEqual(report.strategy, {
    from: { name: "ROLLING", bake: 0 },
    to: { name: "CANARY", percent: 10, stepBake: 3, bake: 2 },
    afterwards: "kept",
  });
  const { deploymentConfiguration } = await scene.newest();
  assert.equal(deploymentConfiguration.strategy, "CANARY");
  assert.deepEqual(await strategyNow(scene), CANARY);
  const seconds = (report.endedAt - report.startedAt) / 1_000;
  assert.ok(seconds > 300 && seconds < 500, `${seconds} s`);
  const again = await deploy(scene, "v2.0.0", canary);
  assert.deepEqual([again.verdict, again.changed], ["deployed", false]);
});

test("a strategy for one deploy is taken back after it, and a repetition finds nothing to do", async () => {
  const scene = await shiftScene();
  const once = { ...canary, strategyOnce: true };
  const report = await deploy(scene, "v2.0.0", once);
  assert.deepEqual([report.verdict, report.strategy?.afterwards], ["deployed", "restored"]);
  assert.equal((await scene.newest()).deploymentConfiguration.strategy, "CANARY");
  assert.deepEqual(await strategyNow(scene), ROLLING);
  const again = await deploy(scene, "v2.0.0", once);
  assert.deepEqual([again.verdict, again.changed, again.strategy?.afterwards], ["deployed", false, "restored"]);
});

test("a call after a pause attaches to the rollout, and reports the release before it", async () => {
  const lifecycleHooks = [pause("POST_TEST_TRAFFIC_SHIFT")];
  const scene = await shiftScene({ deploymentConfiguration: { ...strategies.CANARY, lifecycleHooks } });
  assert.equal((await deploy(scene, "v2.0.0", {})).verdict, "paused");
  await continueDeployment(scene.session);
  const report = await deploy(scene, "v2.0.0", {});
  assert.deepEqual([report.verdict, report.attached, report.from.version], ["deployed", true, "v1.0.0"]);
  assert.match(formatReport(report), /^DEPLOYED: v2\.0\.0\. All witnesses agree\.\n/);
  assert.match(
    formatReport(await deploy(scene, "v2.0.0", {})),
    /^DEPLOYED: v2\.0\.0\. It already ran: nothing to do\./,
  );
});

test("a deployment in flight is named in short, and its moved listener rules are no finding of their own", async () => {
  const scene = await shiftScene({ deploymentConfiguration: strategies.CANARY });
  await scene.begin("v2.0.0");
  await scene.until(async () => (await scene.newest()).targetServiceRevision.requestedProductionTrafficWeight === 10);
  const message =
    /^Service "web" is being deployed to: [\w-]+ to web:2 is IN_PROGRESS at PRODUCTION_TRAFFIC_SHIFT with 10 %/;
  await assert.rejects(deploy(scene, "v3.0.0", {}), { code: "deployment-in-flight", message });
  const { findings } = await proposed(scene, "v3.0.0", {});
  assert.deepEqual(
    findings.filter(({ level }) => level === "error").map(({ id }) => id),
    ["deployment-in-flight"],
  );
});

test("a strategy for one deploy only is no change, and no finding, where nothing is rolled out", async () => {
  const scene = await shiftScene();
  assert.equal((await deploy(scene, "v2.0.0", {})).verdict, "deployed");
  const once = { ...canary, strategyOnce: true };
  const idle = await proposed(scene, "v2.0.0", once);
  const isChange = ({ id }: { id: string }) => id === "strategy-changes";
  assert.deepEqual([idle.isNothing, idle.service, idle.findings.some(isChange)], [true, {}, false]);
  const { service, findings } = await proposed(scene, "v2.0.0", { ...once, force: true });
  assert.deepEqual([service.strategy?.to.name, findings.some(isChange)], ["CANARY", true]);
});

test("a strategy for one deploy is taken back also where ECS has filled in its bake time", async () => {
  const scene = await shiftScene();
  const report = await deploy(scene, "v2.0.0", { strategy: "linear", percent: "50", stepBake: 1, strategyOnce: true });
  assert.deepEqual([report.verdict, report.strategy?.afterwards], ["deployed", "restored"]);
  assert.equal((await strategyNow(scene)).strategy, "ROLLING");
});

test("a call that attaches to the rollout restores the strategy that the first call changed", async () => {
  const scene = await shiftScene();
  const once = { ...canary, strategyOnce: true };
  const first = await deploy(scene, "v2.0.0", once, 60_000);
  assert.equal(first.verdict, "timed-out");
  assert.match(String(first.strategy?.afterwards), /^not restored yet: the verdict is timed-out/);
  assert.deepEqual(await strategyNow(scene), CANARY);
  const second = await deploy(scene, "v2.0.0", once);
  assert.deepEqual([second.verdict, second.attached, second.strategy?.afterwards], ["deployed", true, "restored"]);
  assert.deepEqual(await strategyNow(scene), ROLLING);
});

test("the same command restores the strategy also after a rollout that was aborted in its pause", async () => {
  const scene = await shiftScene({ deploymentConfiguration: { lifecycleHooks: [pause("POST_TEST_TRAFFIC_SHIFT")] } });
  const once = { ...canary, strategyOnce: true };
  const first = await deploy(scene, "v2.0.0", once);
  assert.match(
    String(first.strategy?.afterwards),
    /^not restored yet: the verdict is paused; the same command restores/,
  );
  await abortDeployment(scene.session);
  await scene.until(async () => (await scene.newest()).status === "ROLLBACK_SUCCESSFUL");
  assert.equal((await deploy(scene, "v2.0.0", once)).verdict, "paused");
  await continueDeployment(scene.session);
  const last = await deploy(scene, "v2.0.0", once);
  assert.deepEqual([last.verdict, last.strategy?.afterwards], ["deployed", "restored"]);
  assert.deepEqual(await strategyNow(scene), ROLLING);
});

test("at the shift the same command is named, which restores the strategy, and after a replacement the options that do", async () => {
  const scene = await shiftScene();
  const once = { ...canary, strategyOnce: true };
  const shifted = await deploy(scene, "v2.0.0", once, undefined, "shifted");
  assert.equal(shifted.verdict, "shifted");
  assert.match(String(shifted.next), /^Run the same command again: .* At its end it restores the strategy\./);
  assert.equal((await deploy(scene, "v2.0.0", once)).strategy?.afterwards, "restored");
  scene.clock.after(60_000, () => void scene.begin("v4.0.0"));
  const replaced = await deploy(scene, "v3.0.0", once);
  assert.equal(replaced.verdict, "superseded");
  assert.match(
    String(replaced.strategy?.afterwards),
    /may use it; a later deploy with --strategy rolling restores it$/,
  );
});

test("the other strategies are set too, and a linear one counts its steps into the time allowed", async () => {
  const scene = await shiftScene();
  assert.equal((await deploy(scene, "v2.0.0", { strategy: "blue-green", bake: 1 })).verdict, "deployed");
  const linear = await deploy(scene, "v3.0.0", { strategy: "linear", percent: "25", stepBake: 20 });
  assert.equal(linear.verdict, "deployed");
  assert.deepEqual(linear.strategy?.to, { name: "LINEAR", percent: 25, stepBake: 20, bake: 1 });
  assert.ok(linear.endedAt - linear.startedAt > 60 * 60_000);
  assert.equal((await deploy(scene, "v4.0.0", { strategy: "rolling" })).verdict, "deployed");
  assert.deepEqual(await strategyNow(scene), ROLLING);
});

const refusals: [string, DeployArguments, Parameters<typeof shiftScene>[0], RegExp][] = [
  ["an advanced configuration", canary, { balancer: {} }, /lacks an alternate target group and .* rule and a role/],
  ["a bake time", { strategy: "blue-green" }, {}, /BLUE_GREEN needs a bake time, and the service has none/],
];
for (const [what, changes, options, message] of refusals) {
  test(`a strategy is refused before anything is changed where the service lacks ${what}`, async () => {
    const scene = await shiftScene(options);
    await assert.rejects(deploy(scene, "v2.0.0", changes), { code: "pre-flight", message });
    assert.deepEqual(await strategyNow(scene), ROLLING);
  });
}

test("the rules are read before a deploy: one that a foreign tool has put back refuses it", async () => {
  const scene = await shiftScene({ deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 } });
  assert.equal((await deploy(scene, "v2.0.0", {})).verdict, "deployed");
  const forward = (TargetGroupArn: string) =>
    scene.call("elasticloadbalancing", "ModifyRule", {
      RuleArn: PRODUCTION,
      Actions: [{ Type: "forward", TargetGroupArn }],
    });
  await forward(BLUE);
  const message = /listener-rules: .* forwards to web, and the running tasks are in green/;
  await assert.rejects(deploy(scene, "v3.0.0", {}), { code: "pre-flight", message });
  await forward(GREEN);
  assert.equal((await deploy(scene, "v3.0.0", {})).verdict, "deployed");
});

test("the listeners of a Network Load Balancer are read in place of rules", async () => {
  const listener = (port: string) =>
    PRODUCTION.replace(/:listener-rule\/.*/, `:listener/net/web/0123456789abcdef/${port}`);
  const [production, tests] = [listener("0000000000000080"), listener("0000000000008080")];
  const scene = await shiftScene({
    deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
    balancer: {
      advancedConfiguration: { ...advancedConfiguration, productionListenerRule: production, testListenerRule: tests },
    },
  });
  assert.equal((await deploy(scene, "v2.0.0", {})).verdict, "deployed");
  assert.doesNotMatch(scene.lines.join("\n"), /listener-rules/);
  await scene.call("elasticloadbalancing", "ModifyListener", {
    ListenerArn: production,
    DefaultActions: [{ Type: "forward", TargetGroupArn: BLUE }],
  });
  const message = /listener-rules: The production listener .* forwards to web, and the running tasks are in green/;
  await assert.rejects(deploy(scene, "v3.0.0", {}), { code: "pre-flight", message });
});

test("without permission for the rules they are not checked, and the deploy goes on", async () => {
  const blueGreen = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 };
  const deny = ["elasticloadbalancing:DescribeRules"];
  const scene = await shiftScene({ deploymentConfiguration: blueGreen, deny });
  assert.equal((await deploy(scene, "v2.0.0", {})).verdict, "deployed");
  assert.match(scene.lines.join("\n"), /not checked: .*listener-rules/);
});

test("alarms in ALARM, functions that don't exist, and autoscaling are found before a deploy by a strategy", async () => {
  const alarmNames = ["errors", "absent"];
  const functionArn = "arn:aws:lambda:us-west-2:123456789012:function:absent";
  const roleArn = advancedConfiguration.roleArn;
  const scene = await shiftScene({
    deploymentConfiguration: {
      strategy: "BLUE_GREEN",
      bakeTimeInMinutes: 0,
      alarms: { alarmNames, enable: true, rollback: true },
      lifecycleHooks: [{ hookTargetArn: functionArn, roleArn, lifecycleStages: ["POST_SCALE_UP"] }],
    },
  });
  const { cluster, service } = scene.session.target;
  await scene.call("monitoring", "PutMetricAlarm", {
    AlarmName: "errors",
    ComparisonOperator: "GreaterThanThreshold",
    EvaluationPeriods: 1,
  });
  await scene.call("monitoring", "SetAlarmState", { AlarmName: "errors", StateValue: "ALARM", StateReason: "test" });
  await scene.call("application-autoscaling", "RegisterScalableTarget", {
    ServiceNamespace: "ecs",
    ResourceId: `service/${cluster}/${service}`,
    ScalableDimension: "ecs:service:DesiredCount",
    ...{ MinCapacity: 1, MaxCapacity: 5 },
  });
  const message = new RegExp(`hook-functions: .*${functionArn}, and there is no such function`);
  await assert.rejects(deploy(scene, "v2.0.0", {}), { code: "pre-flight", message });
  const lines = scene.lines.join("\n");
  assert.match(lines, /The alarm errors is in ALARM now/);
  assert.match(lines, /the alarm absent, and there is no such alarm/);
  assert.match(lines, /Autoscaling keeps 1 to 5 tasks/);
});

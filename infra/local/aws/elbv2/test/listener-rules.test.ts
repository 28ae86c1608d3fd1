import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ActionTypeEnum,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { createSimulatedLoadBalancer } from "../../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../../ecs/simulated-tasks/simulated-runtime.js";
import { createWebService, TARGET_GROUP } from "../../ecs/test/virtual-ecs.js";
import { createInProcessAws } from "../../in-process.js";
import { createVirtualClock } from "../../virtual-clock.js";

const GREEN = TARGET_GROUP.replace("/web/", "/green/");
const LISTENER = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/main/0a/0b";
const [PRODUCTION, TESTS] = ["1a", "1b"].map((id) => `${LISTENER.replace(":listener/", ":listener-rule/")}/${id}`);

/** A service that names two target groups and two rules. */
async function withRules(production = PRODUCTION, tests = TESTS) {
  const clock = createVirtualClock();
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({})),
    loadBalancer: createSimulatedLoadBalancer(clock),
  });
  await createWebService(aws, {
    loadBalancers: [
      {
        targetGroupArn: TARGET_GROUP,
        containerName: "app",
        containerPort: 5000,
        advancedConfiguration: {
          alternateTargetGroupArn: GREEN,
          productionListenerRule: production ?? "",
          testListenerRule: tests ?? "",
          roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
        },
      },
    ],
  });
  const { credentials, requestHandler } = aws;
  const elb = new ElasticLoadBalancingV2Client({ region: "us-west-2", credentials, requestHandler, maxAttempts: 1 });
  const rules = async (input: { RuleArns: string[] } | { ListenerArn: string }) =>
    (await elb.send(new DescribeRulesCommand(input))).Rules ?? [];
  return { aws, clock, elb, rules };
}

const forward = (weights: [group: string, weight: number][]) => [
  {
    Type: "forward" as ActionTypeEnum,
    ForwardConfig: {
      TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
    },
  },
];

test("a service that names rules creates them: all requests go to its target group", async () => {
  const { elb, rules } = await withRules();
  const shown = (await rules({ RuleArns: [PRODUCTION ?? "", TESTS ?? ""] })).map(({ RuleArn, Conditions, Actions }) => [
    RuleArn,
    Conditions?.[0]?.HostHeaderConfig?.Values,
    Actions?.[0]?.TargetGroupArn,
  ]);
  assert.deepEqual(shown, [
    [PRODUCTION, ["web", "web.*"], TARGET_GROUP],
    [TESTS, ["test-web", "test-web.*"], TARGET_GROUP],
  ]);
  assert.deepEqual(
    (await rules({ ListenerArn: LISTENER })).map(({ RuleArn }) => RuleArn),
    [PRODUCTION, TESTS],
  );
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [LISTENER] }));
  assert.deepEqual(
    Listeners?.map(({ ListenerArn, DefaultActions }) => [ListenerArn, DefaultActions?.[0]?.TargetGroupArn]),
    [[LISTENER, TARGET_GROUP]],
  );
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [GREEN] }));
  assert.equal(TargetGroups?.[0]?.LoadBalancerArns?.length, 1);
});

test("ModifyRule changes the weights", async () => {
  const { elb, rules } = await withRules();
  const Actions = forward([
    [TARGET_GROUP, 90],
    [GREEN, 10],
  ]);
  const changed = await elb.send(new ModifyRuleCommand({ RuleArn: PRODUCTION, Actions }));
  const shown = await rules({ RuleArns: [PRODUCTION ?? ""] });
  assert.deepEqual(changed.Rules, shown);
  assert.deepEqual(shown[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups, Actions[0]?.ForwardConfig.TargetGroups);
});

test("ModifyRule rejects weights, groups and rules that do not exist", async () => {
  const { elb } = await withRules();
  const modify = (Actions: ReturnType<typeof forward>, RuleArn = PRODUCTION) =>
    elb.send(new ModifyRuleCommand({ RuleArn, Actions }));
  await assert.rejects(modify(forward([[GREEN, 1_000]])), { name: "ValidationError", message: /from 0 to 999/ });
  await assert.rejects(modify(forward([])), { name: "ValidationError", message: /1 to 5 target groups/ });
  await assert.rejects(modify([]), { name: "InvalidLoadBalancerActionException" });
  await assert.rejects(modify(forward([[GREEN.replace("green", "red"), 1]])), { name: "TargetGroupNotFoundException" });
  await assert.rejects(modify(forward([[GREEN, 1]]), `${PRODUCTION}0`), { name: "RuleNotFoundException" });
});

const NETWORK = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/net/main/0a";

test("a Network Load Balancer's listener has a default action, which ModifyListener changes", async () => {
  const { elb, rules } = await withRules(`${NETWORK}/1a`, `${NETWORK}/1b`);
  const ListenerArn = `${NETWORK}/1a`;
  const shown = async () => (await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }))).Listeners;
  const [listener] = (await shown()) ?? [];
  assert.deepEqual(
    [
      listener?.ListenerArn,
      listener?.LoadBalancerArn,
      listener?.Protocol,
      listener?.DefaultActions?.[0]?.TargetGroupArn,
    ],
    [ListenerArn, NETWORK.replace(":listener/", ":loadbalancer/"), "TCP", TARGET_GROUP],
  );
  const changed = await elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: forward([[GREEN, 1]]) }));
  assert.deepEqual(changed.Listeners, await shown());
  assert.equal(changed.Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn, GREEN);
  const [rule, ...others] = await rules({ ListenerArn });
  assert.deepEqual([rule?.IsDefault, rule?.Actions?.[0]?.TargetGroupArn, others], [true, GREEN, []]);
  assert.deepEqual(await rules({ RuleArns: [String(rule?.RuleArn)] }), [rule]);
  const modify = (arn: string) => elb.send(new ModifyListenerCommand({ ListenerArn: arn, DefaultActions: [] }));
  await assert.rejects(modify(`${NETWORK}/1c`), { name: "ListenerNotFoundException" });
  await assert.rejects(modify(ListenerArn), { name: "InvalidLoadBalancerActionException" });
});

test("a foreign tool puts both rules back: ECS reports success, with both revisions in one target group", async () => {
  const { aws, clock, elb, rules } = await withRules();
  const groupsOf = async (arn = "") => {
    const [rule] = await rules({ RuleArns: [arn] });
    const listed = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    return listed.filter(({ Weight }) => Weight !== 0).map(({ TargetGroupArn }) => TargetGroupArn);
  };
  const targets = async (TargetGroupArn: string) =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions?.length;
  const newest = async () => {
    const listed = await aws.call("ecs", "ListServiceDeployments", { service: "web" });
    const [{ serviceDeploymentArn = "" } = {}] = listed.serviceDeployments as { serviceDeploymentArn: string }[];
    const serviceDeploymentArns = [serviceDeploymentArn];
    const described = await aws.call("ecs", "DescribeServiceDeployments", { serviceDeploymentArns });
    return (described.serviceDeployments as { status: string; lifecycleStage: string }[])[0];
  };
  const deploy = (pausedAt: string[]) =>
    aws.call("ecs", "UpdateService", {
      service: "web",
      forceNewDeployment: true,
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: 0,
        lifecycleHooks: pausedAt.map((stage) => ({
          targetType: "PAUSE",
          lifecycleStages: [stage],
          timeoutConfiguration: { timeoutInMinutes: 10, action: "CONTINUE" },
        })),
      },
    });
  clock.advance(120_000);
  await deploy([]);
  clock.advance(600_000);
  assert.deepEqual([await groupsOf(PRODUCTION), await groupsOf(TESTS)], [[GREEN], [GREEN]]);
  assert.deepEqual([await targets(TARGET_GROUP), await targets(GREEN)], [0, 1]);

  // As Terraform has created them.
  await elb.send(new ModifyRuleCommand({ RuleArn: PRODUCTION, Actions: forward([[TARGET_GROUP, 1]]) }));
  await elb.send(new ModifyRuleCommand({ RuleArn: TESTS, Actions: forward([[GREEN, 1]]) }));
  await deploy(["POST_TEST_TRAFFIC_SHIFT"]);
  clock.advance(240_000);
  assert.equal((await newest())?.lifecycleStage, "POST_TEST_TRAFFIC_SHIFT");
  // Production has no target, so its requests are answered with 503; the test listener reaches the old task too.
  assert.deepEqual([await groupsOf(PRODUCTION), await groupsOf(TESTS)], [[TARGET_GROUP], [GREEN]]);
  assert.deepEqual([await targets(TARGET_GROUP), await targets(GREEN)], [0, 2]);
  clock.advance(1_200_000);
  assert.equal((await newest())?.status, "SUCCESSFUL");
  assert.deepEqual([await groupsOf(PRODUCTION), await targets(GREEN)], [[GREEN], 1]);
});

test("rules exist as long as their service does", async () => {
  const { aws, clock, rules } = await withRules();
  await aws.call("ecs", "DeleteService", { service: "web", force: true });
  clock.advance(120_000);
  await assert.rejects(rules({ RuleArns: [PRODUCTION ?? ""] }), { name: "RuleNotFoundException" });
});

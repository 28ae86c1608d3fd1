import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ActionTypeEnum,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
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
async function withRules() {
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
          productionListenerRule: PRODUCTION ?? "",
          testListenerRule: TESTS ?? "",
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

test("rules exist as long as their service does", async () => {
  const { aws, clock, rules } = await withRules();
  await aws.call("ecs", "DeleteService", { service: "web", force: true });
  clock.advance(120_000);
  await assert.rejects(rules({ RuleArns: [PRODUCTION ?? ""] }), { name: "RuleNotFoundException" });
});

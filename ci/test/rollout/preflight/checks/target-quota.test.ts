import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import { targetQuota, targetQuotaTopic } from "../../../../lib/rollout/preflight/checks/target-quota.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { facts, inShort } from "../../../support/facts.js";
import { Fault, type Script } from "../../../support/fake-aws.js";
import { target } from "../../../support/scripted-ecs.js";

const elb = "arn:aws:elasticloadbalancing:us-west-2:123456789012";
const [blue, green] = [`${elb}:targetgroup/blue/1`, `${elb}:targetgroup/green/2`];
const limits = new Map([
  ["targets-per-target-group", 1_000],
  ["targets-per-application-load-balancer", 1_000],
  ["targets-per-network-load-balancer", 3_000],
  ["targets-per-availability-zone-per-network-load-balancer", 500],
]);

const shifting = (rule: string): Service => ({
  deploymentConfiguration: { strategy: "BLUE_GREEN" },
  networkConfiguration: { awsvpcConfiguration: { subnets: ["a", "b", "c"] } },
  loadBalancers: [
    {
      targetGroupArn: blue,
      advancedConfiguration: {
        alternateTargetGroupArn: green,
        productionListenerRule: `${elb}:${rule}`,
        roleArn: "arn:aws:iam::123456789012:role/shifts",
      },
    },
  ],
});
const behindAlb = shifting("listener-rule/app/web/1/2/3");
const behindNlb = shifting("listener/net/web/1/2");
const rolling: Service = { loadBalancers: [{ targetGroupArn: blue }] };

const found = (service: Service, desiredCount: number, counts: [string, number][], of = limits) =>
  targetQuota(facts({ service, desiredCount, targets: { value: { limits: of, counts: new Map(counts) } } }));

test("two revisions behind an Application Load Balancer count together", () => {
  assert.deepEqual(found(behindAlb, 500, [[blue, 500]]), []);
  const [finding, ...others] = found(behindAlb, 501, [[green, 500]]);
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(
    String(finding?.what),
    /up to 501 targets beside the 500 of the service's target groups, and the quota targets-per-application-load-balancer is 1000\./,
  );
  assert.match(String(finding?.fix), /--quota-code L-7E6692B2 --desired-value 1001\./);
});

test("a Network Load Balancer has a quota for each Availability Zone, of which there are no more than subnets", () => {
  assert.deepEqual(found(behindNlb, 750, [[blue, 750]]), []);
  const [finding] = found(behindNlb, 751, [[blue, 750]]);
  assert.match(String(finding?.what), /-per-network-load-balancer is 500 in each of 3 subnets\./);
  assert.match(String(finding?.fix), /L-B211E961 --desired-value 501\./);
});

test("with shifts of traffic the new targets go into the group without the old ones, else into the same", () => {
  assert.deepEqual(found({ ...behindAlb, loadBalancers: rolling.loadBalancers ?? [] }, 400, [[blue, 600]]), []);
  const counts: [string, number][] = [
    [blue, 0],
    [green, 900],
  ];
  assert.deepEqual(found(behindNlb, 101, counts), []);
  const roll = found({ ...behindNlb, deploymentConfiguration: {} }, 101, counts);
  assert.match(
    String(roll[0]?.what),
    /up to 101 targets beside the 900 of the target group green.* quota targets-per-target-group is 1000/,
  );
  assert.deepEqual(found({ ...rolling, deploymentConfiguration: { maximumPercent: 150 } }, 600, [[blue, 600]]), []);
});

function read(service: Service, desiredCount: number, more: Script = {}) {
  const fake = directAws({
    DescribeAccountLimits: ({ Marker }) =>
      Marker === "2"
        ? { Limits: [{ Name: "targets-per-application-load-balancer", Max: "1000" }] }
        : { Limits: [{ Name: "targets-per-target-group", Max: "1000" }], NextMarker: "2" },
    DescribeTargetHealth: () => ({
      TargetHealthDescriptions: [{ TargetHealth: { State: "healthy" } }, { TargetHealth: { State: "draining" } }],
    }),
    ...more,
  });
  const session = { aws: fake.aws, target };
  const reading = targetQuotaTopic.read({ session, service, desiredCount } as unknown as SharedReads);
  return { fake, reading };
}

test("limits and targets are read where a service has many tasks, and nothing elsewhere", async () => {
  const { fake, reading } = read(rolling, 130);
  assert.deepEqual(await reading, {
    targets: {
      value: {
        limits: new Map([
          ["targets-per-target-group", 1_000],
          ["targets-per-application-load-balancer", 1_000],
        ]),
        counts: new Map([[blue, 1]]),
      },
    },
  });
  assert.equal(fake.calls.length, 3);
  for (const [service, count] of [
    [behindAlb, 125],
    [rolling, 125],
    [{}, 900],
  ] as const) {
    const none = read(service, count);
    assert.deepEqual([await none.reading, none.fake.calls], [{ targets: { value: undefined } }, []]);
  }
});

test("without the permission, or without the limit, it is not checked", async () => {
  const message = "User: x is not authorized to perform: elasticloadbalancing:DescribeAccountLimits on resource: y";
  const { reading } = read(rolling, 130, { DescribeAccountLimits: () => new Fault("AccessDenied", message) });
  const [finding] = targetQuota(facts({ service: rolling, ...(await reading) }));
  assert.equal(finding?.level, "not-checked");
  assert.match(String(finding?.fix), /DescribeAccountLimits and elasticloadbalancing:DescribeTargetHealth/);
  const unknown = found(behindAlb, 600, [], new Map([["targets-per-target-group", 1_000]]));
  assert.deepEqual(inShort(unknown), ["not-checked target-quota"]);
  assert.match(String(unknown[0]?.what), /returned no targets-per-application-load-balancer/);
});

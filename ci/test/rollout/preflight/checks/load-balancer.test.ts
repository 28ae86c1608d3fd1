import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import { loadBalancer } from "../../../../lib/rollout/preflight/checks/target-groups.js";
import type { HealthCheck } from "../../../../lib/rollout/watch/target-groups.js";
import { facts, inShort } from "../../../support/facts.js";
import { targetGroup, targetGroupArn } from "../../../support/target-groups.js";

const arn = targetGroupArn("blue");
const behind = (healthCheck: Partial<HealthCheck> = {}, next: JsonObject = {}, grace?: number) =>
  loadBalancer(
    facts({
      service: {
        loadBalancers: [{ targetGroupArn: arn }],
        ...(grace !== undefined && { healthCheckGracePeriodSeconds: grace }),
      },
      next,
      targetGroups: { value: [targetGroup(healthCheck)] },
    }),
  );
const exposing = (...portMappings: JsonObject[]) => ({
  networkMode: "awsvpc",
  containerDefinitions: [{ name: "proxy" }, { name: "app", portMappings }],
});

test("a service without a load balancer, and one with a health check of the traffic port, are fine", () => {
  assert.deepEqual(loadBalancer(facts()), []);
  assert.deepEqual(behind(), []);
});

test("a missing target group is an error that names it", () => {
  const findings = loadBalancer(
    facts({ service: { loadBalancers: [{ targetGroupArn: arn }] }, targetGroups: { value: [] } }),
  );
  assert.deepEqual(inShort(findings), ["error target-groups"]);
  assert.ok(findings[0]?.what.includes(arn));
});

test("a health check of a port that a container exposes is fine", () => {
  assert.deepEqual(behind({ port: "5000" }, exposing({ containerPort: 5000 })), []);
  assert.deepEqual(behind({ port: "8005" }, exposing({ containerPortRange: "8000-8010" })), []);
  assert.deepEqual(behind({ port: "5000" }, { ...exposing({ containerPort: 5000 }), networkMode: "host" }), []);
});

test("a health check of a port that no container exposes is a warning that names the port", () => {
  for (const next of [exposing(), exposing({ containerPort: 5000 }), exposing({ containerPortRange: "5000-5999" })]) {
    const findings = behind({ port: "6000" }, next);
    assert.deepEqual(inShort(findings), ["warning health-check-port"]);
    assert.match(String(findings[0]?.what), /health check of blue uses port 6000/);
  }
  assert.deepEqual(inShort(behind({ port: "7999" }, exposing({ containerPortRange: "8000-8010" }))).length, 1);
});

test("where tasks share their host's network by a bridge, the host's port counts", () => {
  const bridged = (mapping: JsonObject) => ({ ...exposing(mapping), networkMode: "bridge" });
  assert.deepEqual(behind({ port: "80" }, bridged({ containerPort: 5000, hostPort: 80 })), []);
  assert.equal(behind({ port: "5000" }, bridged({ containerPort: 5000, hostPort: 80 })).length, 1);
  assert.equal(behind({ port: "5000" }, bridged({ containerPort: 5000, hostPort: 0 })).length, 1);
  assert.equal(behind({ port: "8005" }, bridged({ containerPortRange: "8000-8010" })).length, 1);
});

test("a grace period that is shorter than the successes in a row take is a warning with both numbers", () => {
  assert.deepEqual(inShort(behind({}, {}, 19)), ["warning short-grace"]);
  assert.match(String(behind({}, {}, 19)[0]?.what), /is 19 s, .* needs at least 20 s \(2 in a row, 10 s apart\)/);
  assert.deepEqual(behind({}, {}, 20), []);
});

test("a missing grace period is not too short", () => {
  assert.deepEqual(behind({}, {}, 0), []);
  assert.deepEqual(behind({}, {}), []);
});

test("target groups that may not be read are not checked, never fine, with the actions to allow", () => {
  const findings = loadBalancer(
    facts({ targetGroups: { unknown: "elasticloadbalancing:DescribeTargetGroups is not permitted" } }),
  );
  assert.deepEqual(inShort(findings), ["not-checked target-groups"]);
  assert.match(String(findings[0]?.what), /elasticloadbalancing:DescribeTargetGroups is not permitted/);
  assert.match(String(findings[0]?.fix), /elasticloadbalancing:DescribeTargetGroupAttributes/);
});

test("a target group that no load balancer uses is an error where the strategy registers tasks with it", () => {
  const green = targetGroupArn("green");
  const found = (strategy: "ROLLING" | "CANARY", unused: string) => {
    const loadBalancers = [{ targetGroupArn: arn, advancedConfiguration: { alternateTargetGroupArn: green } }];
    const groups = [arn, green].map((one) => ({
      ...targetGroup(),
      arn: one,
      ...(one === unused && { isUnused: true as const }),
    }));
    const service = { loadBalancers, deploymentConfiguration: { strategy } };
    return inShort(loadBalancer(facts({ service, targetGroups: { value: groups } })));
  };
  assert.deepEqual(found("ROLLING", arn), ["error target-groups"]);
  assert.deepEqual(found("ROLLING", green), []);
  assert.deepEqual(found("CANARY", green), ["error target-groups"]);
});

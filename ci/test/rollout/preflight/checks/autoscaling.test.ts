import assert from "node:assert/strict";
import { test } from "node:test";
import { autoscaling, autoscalingTopic } from "../../../../lib/rollout/preflight/checks/autoscaling.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { facts, inShort } from "../../../support/facts.js";
import { target } from "../../../support/scripted-ecs.js";

const range = { MinCapacity: 2, MaxCapacity: 6 };
const linear = { deploymentConfiguration: { strategy: "LINEAR" as const } };
const suspended = (more: object) => ({ value: { ...range, SuspendedState: more } });

test("autoscaling that may scale out while two revisions run is a warning with its range and the way to suspend it", () => {
  const [finding, ...others] = autoscaling(facts({ service: linear, scaling: { value: range } }));
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(String(finding?.what), /keeps 2 to 6 tasks, and goes on to scale out while LINEAR runs/);
  assert.match(String(finding?.fix), /register-scalable-target .*DynamicScalingOutSuspended=true/);
});

test("it is fine once scaling out and schedules are suspended, as scaling in is suspended by itself", () => {
  const found = (more: object) => inShort(autoscaling(facts({ service: linear, scaling: suspended(more) })));
  assert.deepEqual(found({ DynamicScalingOutSuspended: true, ScheduledScalingSuspended: true }), []);
  assert.deepEqual(found({ DynamicScalingOutSuspended: true }), ["warning autoscaling"]);
  assert.deepEqual(found({ DynamicScalingInSuspended: true, ScheduledScalingSuspended: true }), [
    "warning autoscaling",
  ]);
});

test("it is read for strategies that shift traffic only, and not checked without the permission", async () => {
  const fake = directAws({ DescribeScalableTargets: () => ({ ScalableTargets: [range] }) });
  const session = { aws: fake.aws, target };
  const read = (service: object) => autoscalingTopic.read({ session, service } as unknown as SharedReads);
  assert.deepEqual(await read({}), { scaling: { value: undefined } });
  assert.deepEqual(fake.calls, []);
  assert.deepEqual(await read(linear), { scaling: { value: range } });
  const unknown = "application-autoscaling:DescribeScalableTargets is not permitted";
  const [finding] = autoscaling(facts({ service: linear, scaling: { unknown } }));
  assert.equal(finding?.level, "not-checked");
  assert.match(String(finding?.fix), /Allow application-autoscaling:DescribeScalableTargets/);
});

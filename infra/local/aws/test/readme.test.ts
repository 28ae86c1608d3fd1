import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createAutoScaling } from "../autoscaling/index.js";
import { createCloudWatch } from "../cloudwatch/index.js";
import { createEcr } from "../ecr/index.js";
import { awsTiming } from "../ecs/ecs-timing.js";
import { createEcs } from "../ecs/index.js";
import { seededRandom } from "../ecs/seeded-random.js";
import { createSimulatedLoadBalancer } from "../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../ecs/simulated-tasks/simulated-runtime.js";
import { createElbv2 } from "../elbv2/index.js";
import { createEventBridge } from "../eventbridge/index.js";
import { createEventBridgeScheduler } from "../eventbridge-scheduler/index.js";
import { createIam } from "../iam/index.js";
import { createLogs } from "../logs/index.js";
import { openState } from "../state.js";
import { createSts } from "../sts/index.js";
import { openSessions } from "../sts/sessions.js";
import { createVirtualClock } from "../virtual-clock.js";
import { temporaryDirectory } from "./local-aws.js";

test("docs/rehearsal.md lists exactly the operations that are offered", async (t) => {
  const clock = createVirtualClock();
  const log = () => {};
  const state = openState(await temporaryDirectory(t), { reset: false, clock, log });
  const loadBalancer = createSimulatedLoadBalancer(clock);
  const ecs = await createEcs({
    clock,
    timing: awsTiming,
    runtime: createSimulatedRuntime(clock, () => ({})),
    loadBalancer,
    state,
    random: seededRandom(1),
  });
  const { service: ecr } = createEcr({ state, clock, accountId: "123456789012" });
  const services = {
    STS: createSts({ sessions: openSessions([], { state, clock }), isTaskRole: () => false }),
    IAM: createIam({ isTaskRole: () => false }),
    ECR: ecr,
    ECS: ecs.service,
    CloudWatch: createCloudWatch({ state, clock }).service,
    ELB: createElbv2({ loadBalancer, targetGroups: ecs.targetGroups, clock }),
    "Application Auto Scaling": createAutoScaling(),
    EventBridge: createEventBridge({ state }),
    Scheduler: createEventBridgeScheduler({ state, clock }),
    Logs: createLogs({ state, clock, log }).service,
  };
  await ecs.close();
  await state.close();

  const page = await readFile(new URL("../../../../docs/rehearsal.md", import.meta.url), "utf8");
  for (const [name, { operations }] of Object.entries(services)) {
    const row = new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m").exec(page)?.[1] ?? "";
    assert.deepEqual(row.split(", ").sort(), Object.keys(operations).sort(), `the page's row of ${name}`);
  }
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { awsTiming } from "../ecs/ecs-timing.js";
import { seededRandom } from "../ecs/seeded-random.js";
import { createSimulatedLoadBalancer } from "../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../ecs/simulated-tasks/simulated-runtime.js";
import { memoryState } from "../memory-state.js";
import { createServices, localUser } from "../services.js";
import { createVirtualClock } from "../virtual-clock.js";

/** Names of the services in the page, by the name in their signatures. */
const names: Record<string, string> = {
  sts: "STS",
  iam: "IAM",
  ecr: "ECR",
  ecs: "ECS",
  monitoring: "CloudWatch",
  elasticloadbalancing: "ELB",
  "application-autoscaling": "Application Auto Scaling",
  events: "EventBridge",
  scheduler: "Scheduler",
  sns: "SNS",
  lambda: "Lambda",
  logs: "Logs",
  s3: "S3",
  dynamodb: "DynamoDB",
};

test("docs/rehearsal.md lists exactly the operations that are offered", async () => {
  const clock = createVirtualClock();
  const account = "123456789012";
  const { all, ecs } = await createServices({
    clock,
    log: assert.fail,
    state: memoryState(),
    account,
    user: localUser(account, { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" }),
    timing: awsTiming,
    random: seededRandom(1),
    runTasks: () => ({
      runtime: createSimulatedRuntime(clock, () => ({})),
      loadBalancer: createSimulatedLoadBalancer(clock),
    }),
  });
  await ecs.close();

  const page = await readFile(new URL("../../../../docs/rehearsal.md", import.meta.url), "utf8");
  assert.equal(all.length, Object.keys(names).length);
  for (const { signingName, operations } of all) {
    const name = names[signingName];
    const row = new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m").exec(page)?.[1] ?? "";
    assert.deepEqual(row.split(", ").sort(), Object.keys(operations).sort(), `the page's row of ${name}`);
  }
});

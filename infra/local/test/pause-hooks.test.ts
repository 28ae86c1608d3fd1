import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { advancedConfigurationOf, targetGroupOf } from "../rehearsal/strategy.js";
import { openEnvironment, type TestEnvironment } from "./support/environment.js";
import { putImage } from "./support/image.js";

let environment: TestEnvironment;

before(async () => {
  environment = await openEnvironment();
  const { clients, target } = environment;
  const { ecs } = clients;
  // The load balancer of these tests answers no version.
  const path = join(environment.checkout.path, "infra/targets/production.json");
  const { url: _, ...file } = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify(file));
  const { cluster, service } = target;
  const digest = await putImage(environment, "v1.1.0", {});
  await putImage(environment, "v1.2.0", {});
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const current = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: services?.[0]?.taskDefinition }));
  const {
    family,
    containerDefinitions = [],
    cpu,
    memory,
    networkMode,
    requiresCompatibilities,
    executionRoleArn,
  } = current.taskDefinition ?? {};
  const image = `${environment.url.replace("http://", "")}/${target.repository}@${digest}`;
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, cpu, memory, networkMode, requiresCompatibilities, executionRoleArn },
      containerDefinitions: containerDefinitions.map((one) => ({
        ...one,
        image,
        environment: [{ name: "VERSION", value: "v1.1.0" }],
      })),
    }),
  );
  // Another tool's deployment, which waits in a hook.
  await ecs.send(
    new UpdateServiceCommand({
      ...{ cluster, service },
      taskDefinition: taskDefinition?.taskDefinitionArn,
      loadBalancers: [
        {
          targetGroupArn: targetGroupOf(target),
          containerName: target.container,
          containerPort: target.containerPort,
          advancedConfiguration: advancedConfigurationOf(target, "blue-green"),
        },
      ],
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: 0,
        lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }],
      },
    }),
  );
});
after(() => environment.close());

async function call(exitCode: number, ...args: string[]): Promise<string> {
  const output = await environment.call([...environment.at, ...args]);
  const text = output.stdout + output.stderr;
  assert.equal(output.exitCode, exitCode, text);
  return text;
}

test("a deployment that another tool began is watched to its pause, continued, and watched to its end", async () => {
  const paused = await call(10, "watch");
  const [, hook = ""] = /dagger call continue --hook (ecs-pause-[\w-]+)/.exec(paused) ?? [];
  assert.match(paused, /PAUSED: v1\.1\.0/);
  assert.match(await call(0, "continue", "--list"), new RegExp(`${hook} waits for a user`));
  assert.match(await call(2, "continue", "--hook", "ecs-pause-0"), /is no hook of the deployment in flight/);
  assert.match(await call(0, "continue", "--hook", hook), new RegExp(`continues at ${hook}`));
  assert.match(await call(0, "watch"), /DEPLOYED: v1\.1\.0/);
  assert.match(await call(2, "continue"), /No deployment of service .* is in flight\. Nothing was changed\./);
});

test("a deploy changes the strategy, pauses, and is rolled back by abort", async () => {
  const options = ["--version", "v1.2.0", "--strategy", "canary", "--percent", "10", "--step-bake", "0"];
  assert.match(await call(0, "plan", ...options), /strategy of the service: BLUE_GREEN .* → CANARY \(10 % first/);
  const paused = await call(10, "deploy", "--published", ...options);
  assert.match(paused, /strategy +BLUE_GREEN .* → CANARY .*; kept/);
  assert.match(await call(0, "abort"), /rolls back at ecs-pause-/);
  assert.match(await call(3, "watch"), /ROLLED-BACK: v1\.2\.0/);
});

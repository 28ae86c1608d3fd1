import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  ServiceNotFoundException,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import { localAws } from "../../test/local-aws.js";
import { rehearsalTiming } from "../ecs-timing.js";
import { createSimulatedRuntime } from "../simulated-tasks/simulated-runtime.js";
import { scripted } from "./virtual-ecs.js";

/** Short enough for a test in real time. */
const timing = {
  ...rehearsalTiming,
  deploymentStart: 20,
  rollbackStart: 20,
  provisioning: 10,
  activation: 10,
  deprovisioning: 10,
  healthyWithoutChecks: 50,
  restartBackoff: [10],
  listLag: 0,
};

async function served(t: TestContext) {
  const { aws } = await localAws(t, {
    timing,
    runtime: ({ clock }) => createSimulatedRuntime(clock, scripted({ crash: { exit: { after: 5, code: 1 } } })),
  });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = aws.credentials;
  const ecs = new ECSClient({ region: "us-west-2", endpoint: aws.url, credentials: { accessKeyId, secretAccessKey } });
  t.after(() => ecs.destroy());
  await ecs.send(new CreateClusterCommand({ clusterName: "c" }));
  await register(ecs, "good:1");
  await ecs.send(
    new CreateServiceCommand({
      cluster: "c",
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }),
  );
  const service = { cluster: "c", services: ["web"] };
  const waiting = { client: ecs, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
  await waitUntilServicesStable(waiting, service);
  return { ecs, service, waiting };
}

async function register(ecs: ECSClient, image: string) {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "web",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "app", image, portMappings: [{ containerPort: 5000 }] }],
    }),
  );
}

test("the SDK's waiters observe a service become stable and inactive, and its tasks run and stop", async (t) => {
  const { ecs, service, waiting } = await served(t);
  const { taskArns: tasks = [] } = await ecs.send(new ListTasksCommand({ cluster: "c", serviceName: "web" }));
  assert.equal(tasks.length, 2);
  assert.equal((await waitUntilTasksRunning(waiting, { cluster: "c", tasks })).state, "SUCCESS");
  await ecs.send(new DeleteServiceCommand({ cluster: "c", service: "web", force: true }));
  assert.equal((await waitUntilTasksStopped(waiting, { cluster: "c", tasks })).state, "SUCCESS");
  assert.equal((await waitUntilServicesInactive(waiting, service)).state, "SUCCESS");
});

test("the SDK's waiter reports a service as stable after a rollback, as on AWS", async (t) => {
  const { ecs, service, waiting } = await served(t);
  await register(ecs, "crash:1");
  await ecs.send(new UpdateServiceCommand({ cluster: "c", service: "web", taskDefinition: "web" }));
  assert.equal((await waitUntilServicesStable(waiting, service)).state, "SUCCESS");
  const { services } = await ecs.send(new DescribeServicesCommand(service));
  assert.match(services?.[0]?.taskDefinition ?? "", /web:1$/);
  assert.ok(services?.[0]?.createdAt instanceof Date);
});

test("an unknown service reaches the SDK as its own exception", async (t) => {
  const { ecs } = await served(t);
  await assert.rejects(ecs.send(new UpdateServiceCommand({ cluster: "c", service: "none" })), ServiceNotFoundException);
});

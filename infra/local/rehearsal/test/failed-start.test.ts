import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { createSimulatedLoadBalancer, createSimulatedRuntime, startLocalAws } from "../../aws/index.js";
import { describeFailedStart } from "../failed-start.js";
import { localTaskDefinition } from "../local-task-definition.js";
import { connect, createPrerequisites, startService } from "../seed.js";

const target = {
  ...{ region: "us-west-2", account: "123456789012", cluster: "main", service: "api", family: "api" },
  ...{ container: "app", repository: "api" },
};

test("a first version that does not start is reported with its exit code, the end of its log and the next step", async (t) => {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-first-"));
  const aws = await startLocalAws({
    stateDir,
    runtime: ({ clock }) => createSimulatedRuntime(clock, () => ({ exit: { after: 0, code: 3 } })),
    loadBalancer: ({ clock }) => ({ ...createSimulatedLoadBalancer(clock), handle: () => {} }),
    log: () => {},
  });
  t.after(async () => {
    await aws.close();
    await rm(stateDir, { recursive: true });
  });
  const clients = await connect({ url: aws.url, credentialsFile: join(stateDir, "credentials.json") }, target);
  await createPrerequisites(clients, target, ["/team/api"]);
  const stream = { logGroupName: "/team/api", logStreamName: "one" };
  await clients.logs.send(new CreateLogStreamCommand(stream));
  const logEvents = [{ timestamp: Date.now(), message: "no DATABASE_URL\u001b[2J is set" }];
  await clients.logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  const taskDefinition = localTaskDefinition(target, [{ name: "app" }], { image: "127.0.0.1:1/api:v1", version: "v1" });
  const started = startService(clients.ecs, target, { taskDefinition }, new AbortController().signal);
  await assert.rejects(
    started.catch((error) => describeFailedStart(clients, target, ["/team/api"], error)),
    ({ message }: Error) => {
      assert.match(message, /^The first version did not start: /);
      assert.match(
        message,
        /container app: exit code 3\n {2}│ no DATABASE_URL\\u001b\[2J is set\nCorrect the cause in the log/,
      );
      return true;
    },
  );
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTasksCommand } from "@aws-sdk/client-ecs";
import { createSimulatedRuntime } from "../aws/index.js";
import { openEnvironment, refused, type TestEnvironment } from "./support/environment.js";

let environment: TestEnvironment;
before(async () => {
  environment = await openEnvironment({
    // Stand-alone tasks end with exit code 3.
    runtime: ({ clock }) =>
      createSimulatedRuntime(clock, ({ overrides }) =>
        overrides?.containerOverrides ? { exit: { after: 0, code: 3 } } : { health: [{ after: 0, status: "HEALTHY" }] },
      ),
  });
});
after(() => environment.close());

function call(...args: string[]) {
  return environment.call([...environment.at, ...args]);
}

async function taskId(): Promise<string> {
  const { clients, target } = environment;
  const { taskArns } = await clients.ecs.send(
    new ListTasksCommand({ cluster: target.cluster, serviceName: target.service }),
  );
  return taskArns?.[0]?.split("/").at(-1) ?? assert.fail("The service has no task.");
}

test("history is JSON for scripts, and shows a second time zone", async () => {
  const { stdout, exitCode } = await call("history", "--as-json");
  assert.equal(exitCode, 0);
  const { service, deployments } = JSON.parse(stdout);
  assert.equal(service, environment.target.service);
  assert.equal(deployments[0].outcome, "deployed");
  assert.match((await call("history", "--time-zone", "Asia/Tokyo")).stdout, /^started +Asia\/Tokyo +took/);
  await refused(environment, [...environment.at, "history", "--time-zone", "Asia/Tokio"], {
    message: /no time zone "Asia\/Tokio"\. Did you mean "Asia\/Tokyo"\?/,
  });
});

test("logs shows what a task wrote, and refuses options that can't be used", async () => {
  const { logs } = environment.clients;
  const logGroupName = `/ecs/${environment.target.service}`;
  const logStreamName = `app/app/${await taskId()}`;
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch(() => {});
  const logEvents = [{ timestamp: Date.now() - 1_000, message: "GET /version 200" }];
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  const { stdout, stderr, exitCode } = await call("logs");
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /app │ GET \/version 200\n1 lines of 1 task\.\n/);
  assert.match((await call("logs", "--failing")).stdout, /^0 lines of 0 tasks\./);
  for (const [args, message] of [
    [["--container", "ap"], /no container "ap".*Did you mean "app"\?/],
    [["--since", "soon"], /--since is "soon"\. Accepted: a duration/],
    [["--lines", "0"], /--lines is 0\. Accepted: a whole number from 1 to 10000/],
    [["--minutes", "5"], /--minutes has no effect without --follow/],
  ] as const) {
    await refused(environment, [...environment.at, "logs", ...args], { message });
  }
});

test("diff names what a user changed since the release, and needs a release", async () => {
  await refused(environment, [...environment.at, "diff"], {
    message: /There is no release to compare with: none of the last 1 deployments/,
  });
});

test("scale changes the number of tasks, and respects the range of autoscaling", async () => {
  const { stdout, stderr, exitCode } = await call("scale", "--count", "2");
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /was scaled from 1 to 2: 2 of 2 running/);
  const { cluster, service } = environment.target;
  const { accessKeyId, secretAccessKey } = await environment.clients.ecs.config.credentials();
  const client = new ApplicationAutoScalingClient({
    region: "us-west-2",
    endpoint: environment.url,
    credentials: { accessKeyId, secretAccessKey },
  });
  const scalable = {
    ServiceNamespace: "ecs",
    ResourceId: `service/${cluster}/${service}`,
    ScalableDimension: "ecs:service:DesiredCount",
  } as const;
  await client.send(new RegisterScalableTargetCommand({ ...scalable, MinCapacity: 1, MaxCapacity: 3 }));
  await refused(environment, [...environment.at, "scale", "--count", "4"], {
    message: /Accepted: a count from 1 to 3/,
  });
  await refused(environment, [...environment.at, "scale", "--count", "-1"], {
    message: /--count is -1\. Accepted: .* 0 to 5000/,
  });
  assert.equal((await call("scale", "--count", "1")).exitCode, 0);
});

test("exec needs a service that permits it", async () => {
  await refused(environment, [...environment.at, "exec"], {
    message: /Execute command is not enabled on service .*--enable-execute-command/,
  });
});

test("run refuses a command that can't be split, and returns the exit code of one that ran", async () => {
  await refused(environment, [...environment.at, "run", "--command", "echo 'a"], {
    message: /--command is .*Accepted: words with closed quotes/,
  });
  const first = await call("run", "--command", "exit-3 now", "--run-id", "r1");
  assert.equal(first.exitCode, 3, first.stderr);
  assert.match(first.stderr, /Task \w+ ended with exit code 3 after/);
  const again = await call("run", "--command", "exit-3 now", "--run-id", "r1");
  assert.equal(again.exitCode, 3);
  assert.match(again.stderr, /Found task \w+ of an earlier call/);
});

test("a locked service is not locked again, and unlock shows its lock", async () => {
  assert.equal((await call("lock", "--reason", "freeze OPS-12")).exitCode, 0);
  await refused(environment, [...environment.at, "lock", "--reason", "mine"], {
    message: /is locked already: by .*reason: freeze OPS-12/,
  });
  await refused(environment, [...environment.at, "lock", "--reason", "a, b"], {
    message: /--reason is "a, b"\. Accepted: 1 to 120 letters/,
  });
  await refused(environment, [...environment.at, "scale", "--count", "2"], {
    message: /is locked by .*reason: freeze OPS-12\. Its number of tasks stays 1/,
  });
  assert.match((await call("unlock")).stdout, /is unlocked\. It was locked by .*, reason: freeze OPS-12\.\n/);
  assert.match((await call("unlock")).stdout, /was not locked/);
});

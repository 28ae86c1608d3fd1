import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JsonObject } from "../../../protocol/service.js";
import type { TaskSpec } from "../../task-runtime.js";
import { type Fixture, openFixture } from "./container-fixture.js";

let aws: Fixture;
before(async () => {
  aws = await openFixture({ healthScale: 0.05 });
});
after(() => aws.close());

const logConfiguration: JsonObject = {
  logDriver: "awslogs",
  options: { "awslogs-group": "known", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "p" },
};

function container(name: string, script: string, members: JsonObject = {}): JsonObject {
  return { name, image: aws.image, command: ["sh", "-c", script], stopTimeout: 1, logConfiguration, ...members };
}

const linesOf = (task: TaskSpec, name: string) => aws.logs.get(`known p/${name}/${task.taskId}`);
const dependsOn = (containerName: string, condition: string): JsonObject => ({
  dependsOn: [{ containerName, condition }],
});

test("containers of one task reach each other on localhost, after any of them ends", async () => {
  const task = aws.run([
    container("first", "sleep 0.2", { essential: false }),
    container("server", "httpd -f -p 5000 -h /etc"),
    container(
      "client",
      "until wget -q -O - http://127.0.0.1:5000/passwd 2>/dev/null; do sleep 0.1; done",
      dependsOn("first", "COMPLETE"),
    ),
  ]);
  const { containers } = await aws.reported(task, "stopped");
  assert.match(linesOf(task, "client")?.[0] ?? "", /^root:/);
  assert.deepEqual(
    containers.find(({ name }) => name === "client"),
    { name: "client", exitCode: 0 },
  );
  const exits = aws.events.filter((event) => event.taskArn === task.taskArn && event.type === "container-exited");
  assert.deepEqual(
    exits.map((event) => event.type === "container-exited" && event.container),
    ["first", "client"],
  );
});

test("a container starts when the one it depends on has completed, and shares a volume with it", async () => {
  const mountPoints = [{ sourceVolume: "shared", containerPath: "/shared" }];
  const task = aws.run(
    [
      container("app", "cat /shared/made", { mountPoints, ...dependsOn("init", "SUCCESS") }),
      container("init", "sleep 0.3; echo by init > /shared/made", { essential: false, mountPoints }),
    ],
    { volumes: [{ name: "shared" }] },
  );
  await aws.reported(task, "stopped");
  assert.deepEqual(linesOf(task, "app"), ["by init"]);
  const { Volumes } = await aws.containerRuntime.docker.listVolumes({
    filters: JSON.stringify({ label: [`slipway.task=${task.taskArn}`] }),
  });
  assert.deepEqual(Volumes ?? [], []);
});

test("a dependency that does not succeed stops the task with the agent's reason", async () => {
  const task = aws.run([
    container("app", "true", dependsOn("init", "SUCCESS")),
    container("init", "exit 4", { essential: false }),
  ]);
  const { stopCode, reason, containers } = await aws.reported(task, "stopped");
  assert.equal(stopCode, "TaskFailedToStart");
  assert.equal(reason, "Task failed to start");
  assert.deepEqual(
    containers.find(({ name }) => name === "init"),
    { name: "init", exitCode: 4 },
  );
  assert.equal(
    containers.find(({ name }) => name === "app")?.reason,
    "dependency graph: failed to resolve container ordering dependency [init] for target [app] as dependency did not exit successfully.",
  );
});

test("a container waits until the one it depends on is healthy", async () => {
  // A start period and a timeout that suffice on slow machines.
  const healthCheck = { command: ["CMD", "test", "-f", "/tmp/up"], interval: 5, startPeriod: 300, timeout: 60 };
  const task = aws.run([
    container("app", "echo started", dependsOn("db", "HEALTHY")),
    container("db", "sleep 0.4; touch /tmp/up; sleep 3600", { healthCheck }),
  ]);
  await aws.reported(task, "stopped");
  const types = aws.events.filter(({ taskArn }) => taskArn === task.taskArn).map(({ type }) => type);
  assert.ok(types.indexOf("health") < types.indexOf("running"), types.join());
  assert.deepEqual(linesOf(task, "app"), ["started"]);
});

test("containers stop in the opposite order of their start", async () => {
  const mountPoints = [{ sourceVolume: "shared", containerPath: "/shared" }];
  const trap = (name: string) =>
    `trap 'echo ${name} >> /shared/order; cat /shared/order; exit 0' TERM; echo ready; while true; do sleep 0.05; done`;
  const task = aws.run(
    [
      container("db", trap("db"), { stopTimeout: 120, mountPoints }),
      container("app", trap("app"), { stopTimeout: 120, mountPoints, ...dependsOn("db", "START") }),
    ],
    { volumes: [{ name: "shared" }] },
  );
  for (const name of ["db", "app"]) await aws.wrote(task, name, "ready");
  aws.runtime.stop(task.taskArn);
  const { containers } = await aws.reported(task, "stopped");
  assert.deepEqual(
    containers.map(({ name, exitCode }) => [name, exitCode]),
    [
      ["app", 0],
      ["db", 0],
    ],
  );
  assert.deepEqual(linesOf(task, "db"), ["ready", "app", "db"]);
});

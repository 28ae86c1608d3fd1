import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { ownerLabel } from "../../../../containers/owned.js";
import type { JsonObject } from "../../../protocol/service.js";
import { type Fixture, openFixture } from "./container-fixture.js";

let aws: Fixture;
before(async () => {
  aws = await openFixture({ healthScale: 0.05 });
});
after(() => aws.close());

const container = (members: JsonObject): JsonObject => ({ name: "app", image: aws.image, essential: true, ...members });
const sh = (script: string) => ["sh", "-c", script];
const logTo = (group: string): JsonObject => ({
  logDriver: "awslogs",
  options: { "awslogs-group": group, "awslogs-region": "us-west-2", "awslogs-stream-prefix": "p" },
});

test("a task serves at its own address until it is stopped", async () => {
  const task = aws.run([container({ command: ["httpd", "-f", "-p", "5000", "-h", "/www"], stopTimeout: 2 })]);
  const { ip, containers } = await aws.reported(task, "running");
  const { status } = await aws.reached(task, () => fetch(`http://${ip}:5000/`));
  assert.equal(status, 404);
  aws.runtime.stop(task.taskArn);
  const stopped = await aws.reported(task, "stopped");
  assert.equal(stopped.stopCode, undefined);
  assert.equal(containers[0]?.imageDigest, aws.imageDigest);
  const types = aws.events.filter(({ taskArn }) => taskArn === task.taskArn).map(({ type }) => type);
  assert.deepEqual(types, ["pull-started", "pulled", "running", "stopped"]);
});

test("a task whose essential container ends is reported with its exit code, after its last output", async () => {
  const task = aws.run([
    container({ command: sh("echo one; echo two >&2; printf three; exit 3"), logConfiguration: logTo("known") }),
  ]);
  const stopped = await aws.reported(task, "stopped");
  assert.equal(stopped.stopCode, "EssentialContainerExited");
  assert.equal(stopped.reason, "Essential container in task exited");
  assert.deepEqual(stopped.containers, [{ name: "app", exitCode: 3 }]);
  assert.deepEqual(aws.logs.get(`known p/app/${task.taskId}`)?.sort(), ["one", "three", "two"]);
});

test("an image that does not exist stops the task with ECS's reason", async () => {
  const image = aws.image.replace(/busybox:.*/, "busybox:none");
  const { stopCode, reason } = await aws.reported(aws.run([container({ image })]), "stopped");
  assert.equal(stopCode, "TaskFailedToStart");
  assert.equal(
    reason,
    `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`,
  );
});

test("an image without this machine's platform stops the task with ECS's reason", async () => {
  const image = aws.image.replace(/busybox:.*/, "busybox:other");
  const { reason } = await aws.reported(aws.run([container({ image })]), "stopped");
  assert.match(
    reason ?? "",
    /^CannotPullContainerError: .*does not contain descriptor matching platform 'linux\/\w+'$/,
  );
});

test("an image of another registry is not pulled", async () => {
  const { reason } = await aws.reported(aws.run([container({ image: "docker.io/library/busybox" })]), "stopped");
  assert.match(
    reason ?? "",
    /^CannotPullContainerError: .*docker\.io\/library\/busybox: the local AWS pulls from its own registry only/,
  );
});

test("the digest that the deployment resolved is pulled, also when the tag has moved", async () => {
  const image = aws.image.replace(/busybox:.*/, "busybox:moved");
  const task = aws.run([container({ image, command: ["true"] })], {}, { resolvedImages: { app: aws.imageDigest } });
  const { containers } = await aws.reported(task, "pulled");
  assert.deepEqual(containers, [{ name: "app", imageDigest: aws.imageDigest }]);
  await aws.reported(task, "stopped");
});

test("a command that is not in the image stops the task as failed to start", async () => {
  const { stopCode, reason, containers } = await aws.reported(aws.run([container({ command: ["/none"] })]), "stopped");
  assert.equal(stopCode, "TaskFailedToStart");
  assert.equal(reason, "Task failed to start");
  assert.match(containers[0]?.reason ?? "", /^CannotStartContainerError: .*\/none.*no such file/);
});

test("a task over its memory limit is killed by the kernel with that reason", async () => {
  // It waits for a request: containerd may miss the kernel's notification when the process ends before it listens (containerd issue 8180).
  const hungry = sh("nc -l -p 5000 >/dev/null; exec dd if=/dev/zero of=/dev/null bs=200M count=1");
  const task = aws.run([container({ command: hungry, memory: 32 })]);
  const { ip } = await aws.reported(task, "running");
  await aws.reached(task, () => call(ip, 5000));
  const { containers } = await aws.reported(task, "stopped");
  assert.equal(containers[0]?.exitCode, 137);
  if (aws.containerRuntime.kind === "docker") {
    assert.equal(containers[0]?.reason, "OutOfMemoryError: Container killed due to memory usage");
  }
});

test("a log group that does not exist stops the task before the pull, unless it may be created", async () => {
  const missing = aws.run([container({ command: ["true"], logConfiguration: logTo("missing") })]);
  const { reason } = await aws.reported(missing, "stopped");
  assert.match(
    reason ?? "",
    /^ResourceInitializationError: failed to validate logger args: .*The specified log group does not exist/,
  );
  const made = logTo("made");
  Object.assign(made.options as JsonObject, { "awslogs-create-group": "true" });
  const task = aws.run([container({ command: ["echo", "hi"], logConfiguration: made })]);
  await aws.reported(task, "stopped");
  assert.deepEqual(aws.logs.get(`made p/app/${task.taskId}`), ["hi"]);
});

test("a secret is rejected by name, without a read of its value", async () => {
  const secrets = [{ name: "DB_PASSWORD", valueFrom: "arn:aws:ssm:us-west-2:123456789012:parameter/db" }];
  const { reason, stopCode } = await aws.reported(aws.run([container({ secrets })]), "stopped");
  assert.equal(stopCode, "TaskFailedToStart");
  assert.match(reason ?? "", /^ResourceInitializationError: unable to pull secrets.*DB_PASSWORD/);
});

for (const [what, members, definition] of [
  ["a privileged container", { privileged: true }, {}],
  ["an added capability", { linuxParameters: { capabilities: { add: ["SYS_ADMIN"] } } }, {}],
  ["a volume from the host", {}, { volumes: [{ name: "v", host: { sourcePath: "/etc" } }] }],
  ["the host's network", {}, { networkMode: "host" }],
] as [string, JsonObject, JsonObject][]) {
  test(`${what} is rejected even when it was registered`, async () => {
    const { reason } = await aws.reported(
      aws.run([container({ command: ["true"], ...members })], definition),
      "stopped",
    );
    assert.match(reason ?? "", /^ResourceInitializationError: tasks on Fargate can't have/);
  });
}

test("environment, user, directory, read-only root, tmpfs, limits and overrides reach the container", async () => {
  const script = "id -u; pwd; echo $A $B; touch /x 2>&1; touch /run/t && echo ok; ulimit -n";
  const overrides = { containerOverrides: [{ name: "app", environment: [{ name: "B", value: "overridden" }] }] };
  const task = aws.run(
    [
      container({
        entryPoint: ["sh", "-c"],
        command: [script],
        user: "1000",
        workingDirectory: "/tmp",
        readonlyRootFilesystem: true,
        environment: [
          { name: "A", value: "a" },
          { name: "B", value: "b" },
        ],
        linuxParameters: { tmpfs: [{ containerPath: "/run", size: 1, mountOptions: ["mode=1777"] }] },
        ulimits: [{ name: "nofile", softLimit: 512, hardLimit: 1024 }],
        logConfiguration: logTo("known"),
      }),
    ],
    {},
    { overrides },
  );
  await aws.reported(task, "stopped");
  const [uid, directory, variables, refused, ...rest] = aws.logs.get(`known p/app/${task.taskId}`) ?? [];
  assert.deepEqual([uid, directory, variables, ...rest], ["1000", "/tmp", "a overridden", "ok", "512"]);
  assert.match(refused ?? "", /Read-only file system/);
});

test("changes of a health check are reported at the scaled interval", async () => {
  // A start period and a timeout that suffice on slow machines.
  const patience = { startPeriod: 300, timeout: 60 };
  const healthCheck = { command: ["CMD-SHELL", "test -f /tmp/up"], interval: 5, retries: 2, ...patience };
  const untilCalled = sh("touch /tmp/up; nc -l -p 5000 >/dev/null; rm /tmp/up; sleep 3600");
  const task = aws.run([container({ command: untilCalled, healthCheck, stopTimeout: 0 })]);
  const { ip } = await aws.reported(task, "running");
  assert.equal((await aws.reported(task, "health")).status, "HEALTHY");
  await aws.reached(task, () => call(ip, 5000));
  await aws.reported(task, "health", ({ status }) => status === "UNHEALTHY");
  aws.runtime.stop(task.taskArn);
  await aws.reported(task, "stopped");
});

test("a container that ignores SIGTERM is killed after its stop timeout", async () => {
  const task = aws.run([container({ command: sh("trap '' TERM; while true; do sleep 0.1; done"), stopTimeout: 1 })]);
  await aws.reported(task, "running");
  aws.runtime.stop(task.taskArn);
  assert.equal((await aws.reported(task, "stopped")).containers[0]?.exitCode, 137);
});

/** Connects, and disconnects at once. */
async function call(host: string, port: number): Promise<void> {
  const socket = connect(port, host);
  await once(socket, "connect");
  socket.destroy();
}

test("a runtime that is closed while a task is being created leaves no container of it", async () => {
  const closing = await openFixture();
  const { docker } = closing.containerRuntime;
  const createNetwork = docker.createNetwork.bind(docker);
  let making = 0;
  Object.assign(docker, {
    createNetwork: async (options: Parameters<typeof createNetwork>[0]) => {
      making++;
      return await createNetwork(options).finally(() => making--);
    },
  });
  const task = closing.run([{ name: "app", image: closing.image, command: ["sleep", "3600"] }]);
  await closing.reported(task, "pulled");
  await closing.runtime.close({ remove: true });
  assert.equal(making, 0);
  const filters = JSON.stringify({ label: [`${ownerLabel}=${closing.owner}`] });
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  await closing.close();
  assert.deepEqual([containers.length, networks.length, closing.problems], [0, 0, []]);
});

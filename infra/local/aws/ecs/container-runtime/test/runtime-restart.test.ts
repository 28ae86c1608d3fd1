import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openRuntime } from "../../../../containers/connect.js";
import { temporaryDirectory } from "../../../test/local-aws.js";
import { openFixture } from "./container-fixture.js";

async function open(t: TestContext, options: Parameters<typeof openFixture>[0] = {}) {
  const aws = await openFixture(options);
  t.after(() => aws.close());
  const listAll = () =>
    aws.containerRuntime.docker.listContainers({
      all: true,
      filters: JSON.stringify({ label: [`slipway.owner=${aws.owner}`] }),
    });
  return { ...aws, listAll };
}

test("after a restart a task that still runs is taken over and can be stopped", async (t) => {
  const aws = await open(t);
  const task = aws.run([{ name: "app", image: aws.image, command: ["sleep", "3600"], stopTimeout: 0 }]);
  const { ip } = await aws.reported(task, "running");
  await aws.runtime.close({ remove: false });
  aws.events.length = 0;
  const second = aws.another();
  await second.adopt([task], aws.listener);
  const again = await aws.reported(task, "running");
  assert.equal(again.ip, ip);
  assert.equal(again.containers[0]?.imageDigest, aws.imageDigest);
  second.stop(task.taskArn);
  await aws.reported(task, "stopped");
  assert.deepEqual(await aws.listAll(), []);
  await second.close({ remove: true });
});

test("after a restart a task whose container no longer exists is reported as stopped", async (t) => {
  const aws = await open(t);
  const task = aws.run([{ name: "app", image: aws.image, command: ["sleep", "3600"] }]);
  const { containers } = await aws.reported(task, "running");
  await aws.runtime.close({ remove: false });
  aws.events.length = 0;
  await aws.containerRuntime.docker.getContainer(containers[0]?.runtimeId ?? "").remove({ force: true });
  const second = aws.another();
  await second.adopt([task], aws.listener);
  assert.equal((await aws.reported(task, "stopped")).reason, "Essential container in task exited");
  await second.close({ remove: true });
});

test("closing with removal leaves no container and no network", async (t) => {
  const aws = await open(t);
  const task = aws.run([{ name: "app", image: aws.image, command: ["sleep", "3600"] }]);
  await aws.reported(task, "running");
  await aws.runtime.close({ remove: true });
  assert.deepEqual(await aws.listAll(), []);
  const networks = await aws.containerRuntime.docker.listNetworks({
    filters: JSON.stringify({ name: [`slipway-${aws.owner}`] }),
  });
  assert.deepEqual(networks, []);
});

test("a container runtime that stops answering stops its tasks with that as the reason", async (t) => {
  const containerRuntime = await openRuntime("/var/run/docker.sock");
  const proxy = await openSocketProxy(t, containerRuntime.socketPath);
  const aws = await open(t, { containerRuntime: await openRuntime(proxy.path) });
  const running = aws.run([{ name: "app", image: aws.image, command: ["sleep", "3600"] }]);
  await aws.reported(running, "running");
  proxy.close();
  const stopped = await aws.reported(running, "stopped");
  assert.equal(stopped.stopCode, "EssentialContainerExited");
  assert.match(stopped.reason ?? "", /^The container runtime on this machine stopped answering: /);
  const next = aws.run([{ name: "app", image: aws.image, command: ["sleep", "3600"] }]);
  const failed = await aws.reported(next, "stopped");
  assert.equal(failed.stopCode, "TaskFailedToStart");
  assert.match(
    failed.reason ?? "",
    /^ResourceInitializationError: the container runtime on this machine stopped answering: /,
  );
});

/** Opens a socket that forwards to the container runtime until it is closed. */
async function openSocketProxy(t: TestContext, socketPath: string) {
  const path = join(await temporaryDirectory(t), "docker.sock");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const containerRuntime = connect({ path: socketPath, allowHalfOpen: true });
    for (const socket of [client, containerRuntime]) open.add(socket.on("error", () => {}));
    client.pipe(containerRuntime).pipe(client);
  });
  server.listen(path);
  await once(server, "listening");
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  t.after(close);
  return { path, close };
}

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import type { JsonObject } from "../../../protocol/service.js";
import type { TaskSpec } from "../../task-runtime.js";
import { type Fixture, openFixture } from "./container-fixture.js";

let aws: Fixture;
before(async () => {
  aws = await openFixture();
});
after(() => aws.close());

const INSTANCE: Partial<TaskSpec> = { hostAddress: "127.0.0.1" };
const BRIDGE = { networkMode: "bridge" };
const container = (more: JsonObject): JsonObject => ({ name: "app", image: aws.image, ...more });
const sh = (script: string) => ["/bin/sh", "-c", script];
const logTo = (): JsonObject => ({
  logDriver: "awslogs",
  options: { "awslogs-region": "us-west-2", "awslogs-group": "known", "awslogs-stream-prefix": "p" },
});
const written = (task: TaskSpec, name = "app") => aws.logs.get(`known p/${name}/${task.taskId}`) ?? [];
const run = (containers: JsonObject[], definition: JsonObject = BRIDGE, more: Partial<TaskSpec> = {}) =>
  aws.run(containers, definition, { ...INSTANCE, ...more });

/** Serves a directory whose page names its container. */
const serving = (text: string, port = 80) =>
  sh(`mkdir /srv; echo ${text} > /srv/index.html; exec httpd -f -p ${port} -h /srv`);

/** Reads what a task serves at a port of the instance, as soon as it serves. */
function page(task: TaskSpec, port: number | undefined): Promise<string> {
  return aws.reached(task, async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim());
}

async function end(task: TaskSpec) {
  aws.runtime.stop(task.taskArn);
  return aws.reported(task, "stopped");
}

test("containers in bridge mode have ports of their own and are reached by ports of the instance", async () => {
  const portMappings = [{ containerPort: 80, hostPort: 0 }];
  const task = run([
    container({ command: serving("one"), portMappings, stopTimeout: 0 }),
    container({ name: "other", command: serving("two"), portMappings, stopTimeout: 0 }),
  ]);
  const { ip, containers } = await aws.reported(task, "running");
  const bindings = containers.map(({ networkBindings }) => networkBindings ?? []);
  assert.equal(ip, "127.0.0.1");
  assert.deepEqual(
    bindings.map((each) => each.map(({ bindIP, containerPort, protocol }) => [bindIP, containerPort, protocol])),
    [[["127.0.0.1", 80, "tcp"]], [["127.0.0.1", 80, "tcp"]]],
  );
  assert.deepEqual(await Promise.all(bindings.map(([each]) => page(task, each?.hostPort))), ["one", "two"]);
  await end(task);
});

test("a port in use on this machine stops the task as failed to start", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const task = run([container({ command: serving("one"), portMappings: [{ containerPort: 80, hostPort: port }] })]);
  const { stopCode, containers } = await aws.reported(task, "stopped");
  assert.equal(stopCode, "TaskFailedToStart");
  assert.match(
    containers[0]?.reason ?? "",
    new RegExp(`^CannotStartContainerError: .*${port}.*address already in use`),
  );
});

test("containers in host mode share their ports, which are the instance's, and not this machine's network", async () => {
  const port = await freePort();
  const portMappings = [{ containerPort: port, hostPort: port }];
  const task = run(
    [
      container({ command: serving("host", port), portMappings, stopTimeout: 0 }),
      container({
        name: "caller",
        essential: false,
        command: sh(`until wget -q -O - http://127.0.0.1:${port}/ 2>/dev/null; do sleep 0.1; done; ls /sys/class/net`),
        logConfiguration: logTo(),
      }),
    ],
    { networkMode: "host" },
  );
  const { containers } = await aws.reported(task, "running");
  assert.deepEqual(
    containers.map(({ networkBindings }) => networkBindings?.map(({ hostPort }) => hostPort)),
    [[port], []],
  );
  assert.equal(await page(task, port), "host");
  await aws.reported(task, "container-exited");
  assert.deepEqual(written(task, "caller"), ["host", "eth0", "lo"]);
  await end(task);
});

test("a container finds another by its link", async () => {
  const command = sh("until wget -q -O - http://database/ 2>/dev/null; do sleep 0.1; done");
  const task = run([
    container({ links: ["db:database"], command, logConfiguration: logTo() }),
    container({ name: "db", essential: false, command: serving("linked"), stopTimeout: 0 }),
  ]);
  await aws.reported(task, "stopped");
  assert.deepEqual(written(task), ["linked"]);
});

test("without a network a container has only its loopback interface", async () => {
  const networkMode = "none";
  const task = run([container({ command: sh("ls /sys/class/net"), logConfiguration: logTo() })], { networkMode });
  assert.equal((await aws.reported(task, "running")).ip, "");
  await aws.reported(task, "stopped");
  assert.deepEqual(written(task), ["lo"]);
});

test("a directory of the instance is a volume that its tasks share, never this machine's", async () => {
  const definition = { ...BRIDGE, volumes: [{ name: "data", host: { sourcePath: "/etc" } }] };
  const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
  const look = (script: string) =>
    run([container({ command: sh(script), mountPoints, logConfiguration: logTo() })], definition);
  const first = look("ls /data | wc -l; echo kept > /data/file");
  await aws.reported(first, "stopped");
  const second = look("cat /data/file");
  await aws.reported(second, "stopped");
  assert.deepEqual([written(first), written(second)], [["0"], ["kept"]]);
});

test("a mount may be read-only, and its path may contain any characters", async () => {
  const definition = { ...BRIDGE, volumes: [{ name: "data" }] };
  const mountPoints = [{ sourceVolume: "data", containerPath: "/a:b", readOnly: true }];
  const command = sh("ls -d /a*; touch /a:b/file 2>&1");
  const task = run([container({ command, mountPoints, logConfiguration: logTo() })], definition);
  await aws.reported(task, "stopped");
  const [path, refused] = written(task);
  assert.equal(path, "/a:b");
  assert.match(refused ?? "", /Read-only file system/);
});

for (const [what, members, definition] of [
  ["an undeclared volume", { mountPoints: [{ sourceVolume: "/etc", containerPath: "/etc" }] }, {}],
  [
    "an undeclared volume with a bind for a path",
    { mountPoints: [{ sourceVolume: "", containerPath: "/etc:/host" }] },
    {},
  ],
  ["a volume that every object has", { mountPoints: [{ sourceVolume: "constructor", containerPath: "/x" }] }, {}],
  ["a privileged container", { privileged: true }, {}],
  ["the host's processes", {}, { pidMode: "host" }],
  [
    "a bind by a volume driver",
    {},
    {
      volumes: [{ name: "v", dockerVolumeConfiguration: { driverOpts: { type: "none", o: "bind", device: "/etc" } } }],
    },
  ],
] as [string, JsonObject, JsonObject][]) {
  test(`${what} is rejected on an instance too`, async () => {
    const task = run([container({ command: ["true"], ...members })], { ...BRIDGE, ...definition });
    const { stopCode, reason } = await aws.reported(task, "stopped");
    assert.equal(stopCode, "TaskFailedToStart");
    assert.match(reason ?? "", /^ResourceInitializationError: /);
  });
}

test("an override changes nothing that RunTask can't override", async () => {
  const mountPoints = [{ sourceVolume: "/etc", containerPath: "/host" }];
  const overrides = { containerOverrides: [{ name: "app", privileged: true, mountPoints, user: "1000" }] };
  const task = run([container({ command: sh("id -u; ls -d /host 2>&1"), logConfiguration: logTo() })], BRIDGE, {
    overrides,
  });
  await aws.reported(task, "stopped");
  const [user, mount] = written(task);
  assert.equal(user, "0");
  assert.match(mount ?? "", /No such file/);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

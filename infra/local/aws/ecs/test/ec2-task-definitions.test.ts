import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualEcs } from "./virtual-ecs.js";

const container = (more: JsonObject = {}): JsonObject => ({ name: "app", image: "good:1", memory: 128, ...more });
const definition = (containers: JsonObject[], more: JsonObject = {}): JsonObject => ({
  family: "web",
  containerDefinitions: containers,
  ...more,
});

async function registered(sent: JsonObject) {
  const { call } = await createVirtualEcs();
  return (await call("RegisterTaskDefinition", sent)).taskDefinition;
}

test("a definition without a network mode has bridge mode, for container instances", async () => {
  const found = await registered(definition([container()]));
  assert.equal(found.networkMode, "bridge");
  assert.deepEqual(found.compatibilities, ["EXTERNAL", "EC2"]);
  assert.deepEqual([found.cpu, found.memory], [undefined, undefined]);
});

test("a definition is compatible with Fargate when it meets Fargate's rules, required or not", async () => {
  const fargate = { networkMode: "awsvpc", cpu: "256", memory: "512" };
  assert.deepEqual((await registered(definition([container()], fargate))).compatibilities, ["EC2", "FARGATE"]);
  const privileged = [container({ privileged: true })];
  assert.deepEqual((await registered(definition(privileged, fargate))).compatibilities, ["EC2"]);
  const networkMode = "awsvpc";
  assert.deepEqual((await registered(definition([container()], { networkMode }))).compatibilities, ["EC2"]);
});

test("host ports are the container's in awsvpc and host mode, and assigned in bridge mode unless they are fixed", async () => {
  const portMappings = [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }, { containerPort: 82, hostPort: 0 }];
  const hostPorts = async (networkMode: string) => {
    const { containerDefinitions } = await registered(definition([container({ portMappings })], { networkMode }));
    return containerDefinitions[0].portMappings.map(({ hostPort }: JsonObject) => hostPort);
  };
  assert.deepEqual(await hostPorts("bridge"), [0, 81, 0]);
  assert.deepEqual(await hostPorts("host"), [80, 81, 82]);
  assert.deepEqual(await hostPorts("awsvpc"), [80, 81, 82]);
});

test("a range of ports is registered unchanged", async () => {
  const portMappings = [{ containerPort: 5_000 }, { containerPortRange: "9000-9010" }];
  for (const networkMode of ["awsvpc", "bridge"]) {
    const { containerDefinitions } = await registered(definition([container({ portMappings })], { networkMode }));
    assert.deepEqual(containerDefinitions[0].portMappings[1], { protocol: "tcp", containerPortRange: "9000-9010" });
  }
});

test("a volume of a file system is mounted from its root unless a directory is named", async () => {
  const volumes = [
    { name: "whole", efsVolumeConfiguration: { fileSystemId: "fs-1" } },
    { name: "part", efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/data" } },
    { name: "plain" },
  ];
  const found = await registered(definition([container()], { volumes }));
  assert.deepEqual(
    found.volumes.map(
      (volume: { efsVolumeConfiguration?: JsonObject }) => volume.efsVolumeConfiguration?.rootDirectory,
    ),
    ["/", "/data", undefined],
  );
});

const ranges = (...found: JsonObject[]) => [container({ portMappings: found })];
const mounts = (...found: JsonObject[]) => [container({ mountPoints: found })];
const REFUSED: [string, JsonObject, RegExp][] = [
  [
    "a container without memory",
    definition([{ name: "app", image: "good:1" }]),
    /'memory' or 'memoryReservation' must be specified\.$/,
  ],
  [
    "another host port in host mode",
    definition([container({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })], { networkMode: "host" }),
    /^When networkMode=host, the host ports and container ports in port mappings must match\.$/,
  ],
  [
    "a host port that is none",
    definition([container({ portMappings: [{ containerPort: 80, hostPort: 70_000 }] })]),
    /Invalid 'hostPort'/,
  ],
  [
    "ports without a network",
    definition([container({ portMappings: [{ containerPort: 80 }] })], { networkMode: "none" }),
    /networkMode=none/,
  ],
  [
    "links in awsvpc mode",
    definition([container({ links: ["app"] })], { networkMode: "awsvpc" }),
    /Links are not supported when networkMode=awsvpc/,
  ],
  [
    "a link to nothing",
    definition([container({ links: ["db:database"] })]),
    /depends on container 'db', which does not exist/,
  ],
  ["a CPU that no task has", definition([container()], { cpu: "1" }), /Invalid 'cpu' setting for task/],
  ["a range from high to low", definition(ranges({ containerPortRange: "9010-9000" })), /'9010-9000' is not a range/],
  ["a range of one port", definition(ranges({ containerPortRange: "9000-9000" })), /is not a range/],
  ["a range beyond the last port", definition(ranges({ containerPortRange: "9000-70000" })), /is not a range/],
  ["a range that is not one", definition(ranges({ containerPortRange: "all" })), /'all' is not a range/],
  [
    "a range beside a port",
    definition(ranges({ containerPort: 1, containerPortRange: "2-3" })),
    /neither 'containerPort' nor 'hostPort'/,
  ],
  [
    "a range in host mode",
    definition(ranges({ containerPortRange: "9000-9010" }), { networkMode: "host" }),
    /awsvpc and bridge/,
  ],
  [
    "ranges that overlap",
    definition(ranges({ containerPortRange: "1-5" }, { containerPortRange: "5-9" })),
    /must not overlap/,
  ],
  ["a range over a port", definition(ranges({ containerPort: 3 }, { containerPortRange: "1-5" })), /must not overlap/],
  [
    "a hundred and one ranges",
    definition(ranges(...Array.from({ length: 101 }, (_, i) => ({ containerPortRange: `${3 * i + 1}-${3 * i + 2}` })))),
    /at most 100/,
  ],
  [
    "an undeclared volume",
    definition(mounts({ sourceVolume: "data", containerPath: "/etc" })),
    /^Unknown volume 'data'\.$/,
  ],
  [
    "a mount of no volume",
    definition(mounts({ containerPath: "/etc" }), { volumes: [{ name: "data" }] }),
    /^Unknown volume 'null'\.$/,
  ],
  [
    "a mount of what every object has",
    definition(mounts({ sourceVolume: "constructor", containerPath: "/etc" })),
    /^Unknown volume 'constructor'\.$/,
  ],
  [
    "a mount to nowhere",
    definition(mounts({ sourceVolume: "data" }), { volumes: [{ name: "data" }] }),
    /containerPath should not be null/,
  ],
  [
    "a volume without a name",
    definition([container()], { volumes: [{}] }),
    /^Volume\.name should not be null or empty\.$/,
  ],
  [
    "a volume named as a path",
    definition([container()], { volumes: [{ name: "/etc" }] }),
    /^Volume\.name contains invalid characters\.$/,
  ],
  ["two volumes of one name", definition([container()], { volumes: [{ name: "a" }, { name: "a" }] }), /unique/],
  [
    "a dependency on nothing",
    definition([container({ dependsOn: [{ condition: "START" }] })]),
    /depends on container 'null'/,
  ],
];

for (const [what, sent, message] of REFUSED) {
  test(`a definition with ${what} is rejected`, async () => {
    await assert.rejects(registered(sent), { code: "ClientException", message });
  });
}

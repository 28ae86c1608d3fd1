import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { CALLER, createVirtualEcs, taskDefinition } from "./virtual-ecs.js";

const container = { name: "app", image: "good:1" };
const valid = (more: JsonObject = {}): JsonObject => ({
  ...taskDefinition("good:1"),
  requiresCompatibilities: ["FARGATE"],
  ...more,
});
const withContainer = (more: JsonObject) => valid({ containerDefinitions: [{ ...container, ...more }] });

test("unknown fields are kept, at the top and inside a container", async () => {
  const { call } = await createVirtualEcs();
  const sent = valid({ invented: { deep: [1] }, containerDefinitions: [{ ...container, alsoInvented: "yes" }] });
  const { taskDefinition: registered } = await call("RegisterTaskDefinition", sent);
  const { taskDefinition: described } = await call("DescribeTaskDefinition", { taskDefinition: "web" });
  assert.deepEqual(described, registered);
  assert.deepEqual(described.invented, { deep: [1] });
  assert.equal(described.containerDefinitions[0].alsoInvented, "yes");
});

test("ECS's defaults are filled in", async () => {
  const { call } = await createVirtualEcs();
  const { taskDefinition: registered } = await call("RegisterTaskDefinition", valid());
  assert.equal(registered.taskDefinitionArn, "arn:aws:ecs:us-west-2:123456789012:task-definition/web:1");
  assert.deepEqual([registered.revision, registered.status, registered.registeredBy], [1, "ACTIVE", CALLER.arn]);
  assert.deepEqual(registered.compatibilities, ["EC2", "FARGATE"]);
  const [{ cpu, essential, environment, mountPoints, volumesFrom, portMappings }] = registered.containerDefinitions;
  assert.deepEqual(
    { cpu, essential, environment, mountPoints, volumesFrom },
    {
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
    },
  );
  assert.deepEqual(portMappings, [{ containerPort: 5000, hostPort: 5000, protocol: "tcp" }]);
});

test("registering a described definition gives the same definition as the next revision", async () => {
  const { call } = await createVirtualEcs();
  const { taskDefinition: first } = await call("RegisterTaskDefinition", valid());
  const {
    taskDefinitionArn,
    revision,
    status,
    requiresAttributes,
    compatibilities,
    registeredAt,
    registeredBy,
    ...rest
  } = first;
  assert.ok(taskDefinitionArn && status && requiresAttributes && compatibilities && registeredAt && registeredBy);
  const { taskDefinition: second } = await call("RegisterTaskDefinition", rest);
  assert.equal(second.revision, revision + 1);
  assert.deepEqual(second.containerDefinitions, first.containerDefinitions);
});

test("revision numbers are never used again, and a family stands for its newest active revision", async () => {
  const { call, register } = await createVirtualEcs();
  await register("good:1");
  await register("good:2");
  await call("DeregisterTaskDefinition", { taskDefinition: "web:2" });
  assert.equal((await call("DescribeTaskDefinition", { taskDefinition: "web" })).taskDefinition.revision, 1);
  assert.equal((await call("DescribeTaskDefinition", { taskDefinition: "web:2" })).taskDefinition.status, "INACTIVE");
  assert.ok((await register("good:3")).endsWith("web:3"));
  assert.deepEqual((await call("ListTaskDefinitions", { status: "INACTIVE" })).taskDefinitionArns.length, 1);
});

test("tags are returned only with include TAGS, beside the definition", async () => {
  const { call } = await createVirtualEcs();
  const tags = [{ key: "attempt", value: "1" }];
  await call("RegisterTaskDefinition", valid({ tags }));
  const without = await call("DescribeTaskDefinition", { taskDefinition: "web" });
  assert.equal(without.tags, undefined);
  assert.equal(without.taskDefinition.tags, undefined);
  assert.deepEqual((await call("DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] })).tags, tags);
});

test("revisions are listed in order of their numbers, in pages, either way", async () => {
  const { call, register } = await createVirtualEcs();
  for (let revision = 1; revision <= 12; revision++) await register("good:1");
  const numbers = (page: { taskDefinitionArns: string[] }) =>
    page.taskDefinitionArns.map((arn) => Number(arn.split(":").at(-1)));
  const first = await call("ListTaskDefinitions", { familyPrefix: "web", sort: "DESC", maxResults: 5 });
  const second = await call("ListTaskDefinitions", {
    familyPrefix: "web",
    sort: "DESC",
    maxResults: 5,
    nextToken: first.nextToken,
  });
  assert.deepEqual([...numbers(first), ...numbers(second)], [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  assert.deepEqual((await call("ListTaskDefinitionFamilies", {})).families, ["web"]);
});

const REFUSED: [string, JsonObject, RegExp][] = [
  ["a family with a space", valid({ family: "we b" }), /Family contains invalid characters/],
  ["no container", valid({ containerDefinitions: [] }), /Container list cannot be empty/],
  [
    "eleven containers",
    valid({ containerDefinitions: Array.from({ length: 11 }, (_, i) => ({ ...container, name: `c${i}` })) }),
    /must not exceed 10/,
  ],
  ["two containers of one name", valid({ containerDefinitions: [container, container] }), /should be unique/],
  ["no image", valid({ containerDefinitions: [{ name: "app" }] }), /Container.image should not be null or empty/],
  ["no essential container", withContainer({ essential: false }), /at least one container must be essential/],
  [
    "more than 64 KiB",
    withContainer({ environment: [{ name: "A", value: "x".repeat(66_000) }] }),
    /Max allowed length is '65536'/,
  ],
  ["the host's network", valid({ networkMode: "host" }), /Fargate only supports network mode/],
  ["the host's processes", valid({ pidMode: "host" }), /do not support pidMode 'host'/],
  ["a privileged container", withContainer({ privileged: true }), /do not support privileged/],
  ["a mount of the host", valid({ volumes: [{ name: "v", host: { sourcePath: "/" } }] }), /host\.sourcePath/],
  [
    "an added capability",
    withContainer({ linuxParameters: { capabilities: { add: ["SYS_ADMIN"] } } }),
    /adding capabilities \(SYS_ADMIN\)/,
  ],
  [
    "a device",
    withContainer({ linuxParameters: { devices: [{ hostPath: "/dev/kmsg" }] } }),
    /linuxParameters\.devices/,
  ],
  [
    "another host port",
    withContainer({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    /host ports and container ports in port mappings must match/,
  ],
  ["no cpu", valid({ cpu: null }), /requires that 'cpu' be defined/],
  [
    "sizes that don't go together",
    valid({ cpu: "256", memory: "4096" }),
    /No Fargate configuration exists for given values: 256 CPU, 4096 memory/,
  ],
  [
    "awslogs without a log group",
    withContainer({ logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "us-west-2" } } }),
    /Log driver awslogs requires options: awslogs-group$/,
  ],
  [
    "awslogs without an execution role",
    withContainer({
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "us-west-2", "awslogs-group": "g" } },
    }),
    /requires task definition to have execution role ARN to support log driver awslogs/,
  ],
  ["a volume that isn't there", withContainer({ mountPoints: [{ sourceVolume: "none" }] }), /Unknown volume 'none'/],
];

for (const [what, sent, message] of REFUSED) {
  test(`a task definition with ${what} is rejected and takes no revision number`, async () => {
    const { call, register } = await createVirtualEcs();
    await assert.rejects(call("RegisterTaskDefinition", sent), message);
    assert.ok((await register("good:1")).endsWith("web:1"));
  });
}

test("sizes may be written in vCPU and GB", async () => {
  const { call } = await createVirtualEcs();
  const { taskDefinition: registered } = await call(
    "RegisterTaskDefinition",
    valid({ cpu: ".5 vCPU", memory: "2 GB" }),
  );
  assert.deepEqual([registered.cpu, registered.memory], ["512", "2048"]);
});

test("an unknown task definition can't be described", async () => {
  const { call } = await createVirtualEcs();
  const refused = { code: "ClientException", message: "Unable to describe task definition." };
  await assert.rejects(call("DescribeTaskDefinition", { taskDefinition: "none" }), refused);
  await assert.rejects(call("DescribeTaskDefinition", { taskDefinition: "web:7" }), refused);
});

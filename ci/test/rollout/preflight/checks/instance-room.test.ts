import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import {
  type InstanceRoomFacts,
  instanceRoom,
  instanceRoomTopic,
  needsInstances,
} from "../../../../lib/rollout/preflight/checks/instance-room.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { facts, inShort } from "../../../support/facts.js";
import { target } from "../../../support/scripted-ecs.js";

const next = { cpu: "256", memory: "512" };
const service: Service = { launchType: "EC2", deploymentConfiguration: { strategy: "BLUE_GREEN" } };
const found = (rooms: InstanceRoomFacts["rooms"], more: JsonObject = next) =>
  instanceRoom(facts({ next: more, desiredCount: 3, rooms }));

test("room for all new tasks is fine, by whole tasks on each instance", () => {
  assert.deepEqual(
    found({
      value: [
        { cpu: 600, memory: 1100 },
        { cpu: 256, memory: 512 },
      ],
    }),
    [],
  );
  const halves = {
    value: [
      { cpu: 384, memory: 4096 },
      { cpu: 384, memory: 4096 },
    ],
  };
  const [finding, ...others] = found(halves);
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(String(finding?.what), /starts 3 tasks of 256 CPU units and 512 MiB .* have room for 2\./);
});

test("memory bounds as well as CPU, and what containers reserve counts where the task has no size", () => {
  assert.match(String(found({ value: [{ cpu: 4096, memory: 600 }] })[0]?.what), /have room for 1\./);
  const containers = { containerDefinitions: [{ memoryReservation: 100, memory: 300 }, { memory: 200 }] };
  assert.deepEqual(found({ value: [{ cpu: 0, memory: 900 }] }, containers), []);
  assert.deepEqual(inShort(found({ value: [{ cpu: 0, memory: 899 }] }, containers)), ["warning instance-room"]);
});

test("only strategies with traffic shifts on instances without a capacity provider need room at once", () => {
  assert.equal(needsInstances(service, {}), true);
  assert.equal(needsInstances({ launchType: "EC2" }, {}), false);
  assert.equal(needsInstances({ ...service, launchType: "FARGATE" }, {}), false);
  assert.equal(needsInstances({ ...service, launchType: "EXTERNAL" }, {}), false);
  assert.equal(needsInstances({ ...service, capacityProviderStrategy: [{ capacityProvider: "spot" }] }, {}), false);
});

test("the free room of active instances is read, and nothing where none is needed", async () => {
  const integerValue = (name: string, integerValue: number) => ({ name, type: "INTEGER", integerValue });
  const fake = directAws({
    ListContainerInstances: () => ({ containerInstanceArns: ["i"] }),
    DescribeContainerInstances: () => ({
      containerInstances: [{ remainingResources: [integerValue("CPU", 700), integerValue("MEMORY", 900)] }],
    }),
  });
  const session = { aws: fake.aws, target };
  const read = (of: Service, desiredCount = 3) =>
    instanceRoomTopic.read({ session, service: of, next, desiredCount } as unknown as SharedReads);
  assert.deepEqual(await read({ launchType: "EC2" }), { rooms: { value: undefined } });
  assert.deepEqual(await read(service, 0), { rooms: { value: undefined } });
  assert.deepEqual(fake.calls, []);
  assert.deepEqual(await read(service), { rooms: { value: [{ cpu: 700, memory: 900 }] } });
  assert.deepEqual(fake.sent("ListContainerInstances"), [{ cluster: target.cluster, status: "ACTIVE" }]);
});

test("without the permission it is not checked, with the permissions to allow", () => {
  const [finding] = found({ unknown: "ecs:ListContainerInstances is not permitted" });
  assert.equal(finding?.level, "not-checked");
  assert.match(String(finding?.fix), /ecs:ListContainerInstances .*ecs:DescribeContainerInstances/);
});

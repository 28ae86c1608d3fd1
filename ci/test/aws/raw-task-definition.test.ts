import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { describeTaskDefinition, registerTaskDefinition } from "../../lib/aws/raw-task-definition.js";
import { Fault, fakeAws, lostResponse } from "../support/fake-aws.js";

const invented = {
  family: "service",
  futureField: { nested: [1, null, "two"] },
  containerDefinitions: [{ name: "app", image: "busybox", futureContainerField: { on: true } }],
};

test("fields that the SDK does not know survive from describe to register", async (t) => {
  const fake = await fakeAws({
    DescribeTaskDefinition: () => ({
      taskDefinition: { ...invented, registeredAt: 1767225600.123 },
      tags: [{ key: "team", value: "x" }],
    }),
    RegisterTaskDefinition: (input) => ({
      taskDefinition: { ...input, taskDefinitionArn: "arn:new", futureAnswer: 1 },
    }),
  });
  t.after(() => fake.close());

  const described = await describeTaskDefinition(fake.aws.ecs, "service:1");
  assert.deepEqual(described, {
    taskDefinition: { ...invented, registeredAt: 1767225600.123 },
    tags: [{ key: "team", value: "x" }],
  });
  assert.deepEqual(fake.sent("DescribeTaskDefinition"), [{ taskDefinition: "service:1", include: ["TAGS"] }]);

  const registered = await registerTaskDefinition(fake.aws.ecs, invented);
  assert.deepEqual(fake.sent("RegisterTaskDefinition"), [invented]);
  assert.equal(registered.taskDefinitionArn, "arn:new");
  assert.equal(registered.futureAnswer, 1);
});

test("a task definition's text outside ASCII arrives as it was sent", async (t) => {
  const fake = await fakeAws({ RegisterTaskDefinition: (input) => ({ taskDefinition: input }) });
  t.after(() => fake.close());
  const registration = { family: "service", containerDefinitions: [], note: "größer ☃" };
  assert.deepEqual(await registerTaskDefinition(fake.aws.ecs, registration), registration);
});

test("a registration whose response is lost is sent once, also by a client with retries", async (t) => {
  const fake = await fakeAws({ RegisterTaskDefinition: () => lostResponse }, { maxAttempts: 3 });
  t.after(() => fake.close());
  await assert.rejects(registerTaskDefinition(fake.aws.ecs, invented));
  assert.equal(fake.calls.length, 1);
});

test("an error of AWS keeps its name and message", async (t) => {
  const fake = await fakeAws({
    DescribeTaskDefinition: () => new Fault("ClientException", "Unable to describe task definition."),
  });
  t.after(() => fake.close());
  await assert.rejects(describeTaskDefinition(fake.aws.ecs, "deleted:1"), {
    name: "ClientException",
    message: "Unable to describe task definition.",
  });
});

test("the client's other commands keep their retries", async (t) => {
  let attempts = 0;
  const fake = await fakeAws(
    { DescribeServices: () => (++attempts < 2 ? lostResponse : { services: [], failures: [] }) },
    { maxAttempts: 3 },
  );
  t.after(() => fake.close());
  await fake.aws.ecs.send(new DescribeServicesCommand({ services: ["x"] }));
  assert.equal(attempts, 2);
});

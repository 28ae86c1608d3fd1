import assert from "node:assert/strict";
import { test } from "node:test";
import { createInProcessAws, type InProcessAws } from "../../in-process.js";
import { type Shape, serviceModel } from "../../protocol/model.js";
import { AwsError, type Json, type JsonObject } from "../../protocol/service.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { type Random, seededRandom } from "../seeded-random.js";
import { createSimulatedLoadBalancer } from "../simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../simulated-tasks/simulated-runtime.js";
import { createWebService, NETWORK, taskDefinition } from "./virtual-ecs.js";

const CALLS = 3_000;
const ARN = "arn:aws:ecs:us-west-2:123456789012";
/** Existing names, names that objects inherit, and invalid names. */
const TEXTS = [
  ..."default,web,web:1,web:2,app,data,FARGATE,EC2,FARGATE_SPOT,ACTIVE,INACTIVE,TAGS,enabled,memberOf,spread,memory".split(
    ",",
  ),
  ...["__proto__", "constructor", "toString", "", " ", "x".repeat(300), "\u0000", "a/b:c", "arn:", "-1", "1 GB"],
  ...[`${ARN}:cluster/default`, `${ARN}:service/default/web`, `${ARN}:task-definition/web:1`, `${ARN}:task/default/1`],
];
const NUMBERS = [0, 1, 2, -1, 100, 65_536, 1.5, 1e21];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.next() * from.length)] as T;
}

/** Returns a value of the API's shape; optional members are omitted more often the deeper they are. */
function anyValue(random: Random, shape: Shape, depth: number): Json {
  switch (shape.type) {
    case "structure": {
      const wanted = [...shape.members].filter(
        ([name]) => shape.required.includes(name) || random.next() < 0.7 / (depth + 1),
      );
      const value: JsonObject = {};
      for (const [name, member] of wanted) value[name] = anyValue(random, member(), depth + 1);
      return value;
    }
    case "list":
      return Array.from({ length: Math.floor(random.next() * 3) }, () => anyValue(random, shape.member(), depth + 1));
    case "map":
      return Object.fromEntries([[pick(random, TEXTS), anyValue(random, shape.value(), depth + 1)]]);
    case "boolean":
      return random.next() < 0.5;
    case "number":
    case "timestamp":
      return pick(random, NUMBERS);
    default:
      return pick(random, TEXTS);
  }
}

const WEB = { launchType: "FARGATE", networkConfiguration: NETWORK };
/** Valid requests, of which one member is changed. */
const GOOD: Record<string, (call: number) => JsonObject> = {
  RegisterTaskDefinition: () => taskDefinition("good:1"),
  CreateService: (call) => ({ serviceName: `s${call}`, taskDefinition: "web", desiredCount: 1, ...WEB }),
  UpdateService: () => ({ service: "web" }),
  RunTask: () => ({ taskDefinition: "web", ...WEB }),
  RegisterContainerInstance: () => ({}),
  PutClusterCapacityProviders: () => ({
    cluster: "default",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [],
  }),
};

/** Returns a request with one member replaced, at any depth. */
function changed(random: Random, shape: Shape, good: Json, depth = 0): Json {
  if (random.next() < depth * 0.25 || good === null || typeof good !== "object") return anyValue(random, shape, depth);
  if (shape.type === "list" && Array.isArray(good) && good.length > 0) {
    const at = Math.floor(random.next() * good.length);
    return good.map((each, index) => (index === at ? changed(random, shape.member(), each, depth + 1) : each));
  }
  if (shape.type !== "structure" || Array.isArray(good)) return anyValue(random, shape, depth);
  const [name, member] = pick(random, [...shape.members]);
  return { ...good, [name]: changed(random, member(), good[name] ?? null, depth + 1) };
}

async function started(): Promise<{ aws: InProcessAws; pass: (ms: number) => void; problems: string[] }> {
  const clock = createVirtualClock();
  const problems: string[] = [];
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({})),
    loadBalancer: createSimulatedLoadBalancer(clock),
    log: (line) => problems.push(line),
  });
  await createWebService(aws);
  return { aws, pass: (ms) => clock.advance(ms), problems };
}

test("for any input an operation returns a response or an AWS error, and the scheduler goes on", async () => {
  const { aws, pass, problems } = await started();
  const random = seededRandom(12);
  const operations = Object.keys(aws.ecs.service.operations);
  let answered = 0;
  for (let call = 0; call < CALLS; call++) {
    const operation = pick(random, random.next() < 0.6 ? Object.keys(GOOD) : operations);
    const shape = serviceModel("ecs").input(operation);
    assert.ok(shape);
    const good = random.next() < 0.8 ? GOOD[operation]?.(call) : undefined;
    const input = (good ? changed(random, shape, good) : anyValue(random, shape, 0)) as JsonObject;
    const sent = `${operation} ${JSON.stringify(input)}`;
    const outcome = await aws.call("ecs", operation, input).catch((error: unknown) => {
      assert.ok(error instanceof AwsError && error.status < 500, `${sent}: ${(error as Error).stack}`);
      return { message: error.message };
    });
    assert.doesNotMatch(JSON.stringify(outcome), /undefined|\[object |\bNaN\b/, sent);
    if (!("message" in outcome)) answered++;
    if (call % 50 === 0) pass(30_000);
  }
  assert.ok(answered > CALLS / 10, `${answered} calls were answered`);
  assert.deepEqual(problems, []);
  await aws.close();
});

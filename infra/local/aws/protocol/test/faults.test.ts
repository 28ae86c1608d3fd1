import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import {
  CreateClusterCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type Clock, systemClock } from "../../clock.js";
import { localAws } from "../../test/local-aws.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createFaults, type FaultRule } from "../faults.js";

/** Over loopback, with clients that try once. */
async function faulty(t: TestContext, rules: FaultRule[] = [], clock: Clock = systemClock) {
  const faults = createFaults({ clock, rules });
  const { aws, ecs, sts } = await localAws(t, { faults, clock });
  const create = (clusterName: string, options: { abortSignal?: AbortSignal } = {}) =>
    ecs.send(new CreateClusterCommand({ clusterName }), options);
  /** Waits until a fault has been drawn for a call. */
  const drawn = async () => {
    while (faults.injected.length === 0) await turn();
  };
  const clusters = async () => {
    faults.replace([]);
    const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
    return clusterArns.map((arn) => arn.split("/")[1]);
  };
  return { aws, ecs, sts, create, drawn, clusters };
}

const refusals: [FaultRule["kind"], { name: string; message: RegExp; status: number }][] = [
  ["throttled", { name: "ThrottlingException", message: /^Rate exceeded$/, status: 400 }],
  ["server-error", { name: "ServerException", message: /Please try again later/, status: 500 }],
  ["unavailable", { name: "ServiceUnavailable", message: /temporary failure/, status: 503 }],
  ["expired", { name: "ExpiredTokenException", message: /is expired$/, status: 400 }],
  [
    "denied",
    {
      name: "AccessDeniedException",
      message:
        /^User: arn:aws:iam::123456789012:user\/local is not authorized to perform: ecs:CreateCluster on resource: arn:aws:ecs:us-west-2:123456789012:cluster\/one because no identity-based policy allows the ecs:CreateCluster action$/,
      // As ECS's own model has it.
      status: 403,
    },
  ],
];

for (const [kind, { name, message, status }] of refusals) {
  test(`a call that is ${kind} reaches the SDK as ${name} and does nothing`, async (t) => {
    const { create, clusters } = await faulty(t, [{ kind, operation: "CreateCluster" } as FaultRule]);
    await assert.rejects(create("one"), (error: Error & { $metadata: { httpStatusCode: number } }) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      assert.equal(error.$metadata.httpStatusCode, status);
      return true;
    });
    assert.deepEqual(await clusters(), []);
  });
}

test("services with the query protocol return throttling by their own error code", async (t) => {
  const { sts } = await faulty(t, [{ kind: "throttled", service: "sts" }]);
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: "Throttling", message: "Rate exceeded" });
});

for (const effect of [false, true]) {
  const done = effect ? ["one"] : [];
  test(`a connection that is reset ${effect ? "after" : "before"} the effect`, async (t) => {
    const { create, clusters } = await faulty(t, [{ kind: "reset", effect }]);
    await assert.rejects(create("one"), { code: "ECONNRESET" });
    assert.deepEqual(await clusters(), done);
  });

  test(`a call without an answer ends when the client gives up, its effect ${effect ? "done" : "not done"}`, async (t) => {
    const { create, drawn, clusters } = await faulty(t, [{ kind: "silent", effect }]);
    const controller = new AbortController();
    const given = assert.rejects(create("one", { abortSignal: controller.signal }), { name: "AbortError" });
    await drawn();
    assert.deepEqual(await clusters(), done);
    controller.abort();
    await given;
  });
}

test("an answer that breaks off is an error, and the call is done", async (t) => {
  const { create, clusters } = await faulty(t, [{ kind: "truncated" }]);
  await assert.rejects(create("one"), { code: "ECONNRESET" });
  assert.deepEqual(await clusters(), ["one"]);
});

test("a late answer comes whole, and its effect before it", async (t) => {
  // It stands still until it is advanced. Signatures need the real time to start from.
  const clock = createVirtualClock(Date.now());
  const rules: FaultRule[] = [{ kind: "delayed", by: 200, operation: "CreateCluster" }];
  const { ecs, create, drawn } = await faulty(t, rules, clock);
  let arrived = false;
  const late = create("one").finally(() => {
    arrived = true;
  });
  await drawn();
  for (const ms of [0, 199]) {
    clock.advance(ms);
    const { clusterArns } = await ecs.send(new ListClustersCommand({}));
    assert.deepEqual([clusterArns?.length, arrived], [1, false]);
  }
  clock.advance(1);
  assert.equal((await late).cluster?.clusterName, "one");
});

test("a stale read answers as before the change, and only reads do", async (t) => {
  const { ecs, create } = await faulty(t, [{ kind: "stale", by: 60_000 }]);
  await create("one");
  const { clusterArns } = await ecs.send(new ListClustersCommand({}));
  assert.deepEqual(clusterArns, []);
});

for (const by of [-600_000, 600_000]) {
  test(`a service whose clock is ${by / 60_000} minutes off has that skew in its Date and in every time`, async (t) => {
    const { ecs } = await faulty(t, [{ kind: "skewed", by }]);
    let date = "";
    ecs.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = (result.response as { headers: Record<string, string> }).headers.date ?? "";
        return result;
      },
      { step: "deserialize", priority: "low" },
    );
    const started = Date.now();
    /** Within the test's time as that service's clock shows it; a Date header has whole seconds. */
    const isShown = (time: number) =>
      assert.ok(time > started + by - 1_000 && time <= Date.now() + by, new Date(time).toISOString());
    await register(ecs);
    isShown(Date.parse(date));
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "web" }));
    isShown(taskDefinition?.registeredAt?.getTime() ?? 0);
  });
}

test("a state and a field that no client knows come through where they are put", async (t) => {
  const { ecs, create } = await faulty(t, [
    { kind: "changed", operation: "DescribeClusters", path: ["clusters", "*", "status"], value: "PONDERING" },
    { kind: "changed", operation: "DescribeClusters", path: ["clusters", "*", "invented", "deep"], value: 1 },
  ]);
  await create("one");
  const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: ["one"] }));
  assert.deepEqual([clusters?.[0]?.status, clusters?.[0]?.clusterName], ["PONDERING", "one"]);
});

test("credentials expire from their moment on, for all services", async () => {
  const clock = createVirtualClock();
  const faults = createFaults({ clock, rules: [{ kind: "expired", from: 60_000 }] });
  const call = { service: "ecs", operation: "DescribeServices", accessKeyId: "x" };
  assert.deepEqual(faults.decide(call), []);
  clock.advance(59_999);
  assert.deepEqual(faults.decide(call), []);
  clock.advance(1);
  assert.equal(faults.decide({ ...call, service: "sts" }).length, 1);
});

test("a rule applies to the calls that it counts: it skips some, fails some, and lets the rest pass", () => {
  const clock = createVirtualClock();
  const rules: FaultRule[] = [{ kind: "throttled", operation: "Describe*", accessKeyId: "me", skip: 1, times: 2 }];
  const faults = createFaults({ clock, rules });
  const hit = (operation: string, accessKeyId = "me") =>
    faults.decide({ service: "ecs", operation, accessKeyId }).length > 0;
  assert.deepEqual([hit("DescribeTasks"), hit("ListTasks"), hit("DescribeTasks", "other")], [false, false, false]);
  assert.deepEqual([hit("DescribeServices"), hit("DescribeTasks"), hit("DescribeTasks")], [true, true, false]);
  assert.deepEqual(
    faults.injected.map(({ operation }) => operation),
    ["DescribeServices", "DescribeTasks"],
  );
  faults.replace(rules);
  assert.deepEqual([hit("DescribeTasks"), hit("DescribeTasks")], [false, true]);
});

test("a share fails about that part of the calls, the same ones for the same seed independent of other rules", () => {
  const hits = (seed: number, others: FaultRule[] = []) => {
    const rules: FaultRule[] = [{ kind: "throttled", share: 0.25 }, ...others];
    const faults = createFaults({ clock: createVirtualClock(), rules, seed });
    const call = { service: "ecs", operation: "DescribeTasks", accessKeyId: "me" };
    return Array.from({ length: 2_000 }, () => faults.decide(call).some(({ kind }) => kind === "throttled"));
  };
  const part = hits(7).filter(Boolean).length / 2_000;
  assert.ok(part > 0.2 && part < 0.3, `${part}`);
  assert.deepEqual(hits(7), hits(7, [{ kind: "delayed", by: 5, share: 0.5 }]));
  assert.notDeepEqual(hits(7), hits(8));
});

test("a rule that would never do anything is refused with what is accepted", () => {
  const make = (rule: object) => () => createFaults({ clock: createVirtualClock(), rules: [rule as FaultRule] });
  assert.throws(make({ kind: "gremlin" }), /an unknown kind\. Accepted: throttled, .*\./);
  assert.throws(make({ kind: "delayed" }), /needs by\.$/);
  assert.throws(make({ kind: "throttled", from: 5, until: 5 }), /never applies\. Accepted: from/);
  assert.throws(make({ kind: "throttled", share: 0 }), /share above 0 and up to 1/);
});

async function register(ecs: ECSClient): Promise<void> {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "web",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "app", image: "good:1" }],
    }),
  );
}

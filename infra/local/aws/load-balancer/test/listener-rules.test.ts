import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Forward, ListenerRule } from "../../ecs/model/listener-rules.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createListenerRules } from "../listener-rules.js";
import { arnOf, openLoadBalancer, openTarget } from "./fixture.js";

const [BLUE, GREEN] = [arnOf("blue"), arnOf("green")];
const to = (blue: number, green: number): Forward[] => [
  { targetGroupArn: BLUE, weight: blue },
  { targetGroupArn: GREEN, weight: green },
];
const rule = (kind: ListenerRule["kind"], forwards: Forward[]): ListenerRule => ({
  arn: kind,
  kind,
  serviceArn: "web",
  hosts: kind === "production" ? ["web", "blue"] : ["test-web"],
  groups: [BLUE, GREEN],
  forwards,
});

/** A load balancer with a healthy task in each target group, which answers with its group's name. */
async function twoGroups(t: TestContext, ruleDelay: number) {
  const aws = await openLoadBalancer(t, { ruleDelay });
  for (const group of [BLUE, GREEN]) {
    const name = group === BLUE ? "blue" : "green";
    await aws.register(await openTarget(t, (_, response) => response.end(name)), { task: name, group }).next();
  }
  const count = async (requests: number, host?: string) => {
    const answers = { blue: 0, green: 0 };
    for (let request = 0; request < requests; request++) {
      const { body } = await aws.get("/", host === undefined ? {} : { host });
      answers[body as keyof typeof answers]++;
    }
    return answers;
  };
  return { ...aws, count };
}

test("requests are split by the weights of the production rule, evenly mixed", async (t) => {
  const aws = await twoGroups(t, 0);
  aws.loadBalancer.forward?.(rule("production", to(1, 0)));
  assert.deepEqual(await aws.count(5), { blue: 5, green: 0 });
  aws.loadBalancer.forward?.(rule("production", to(90, 10)));
  for (let tenth = 0; tenth < 3; tenth++) assert.deepEqual(await aws.count(10), { blue: 9, green: 1 });
  aws.loadBalancer.forward?.(rule("production", to(0, 100)));
  assert.deepEqual(await aws.count(5), { blue: 0, green: 5 });
});

test("the Host's label test-SERVICE reaches the test rule; the service, its first group and any other Host the production rule", async (t) => {
  const aws = await twoGroups(t, 0);
  aws.loadBalancer.forward?.(rule("production", to(1, 0)));
  aws.loadBalancer.forward?.(rule("test", to(0, 1)));
  for (const host of ["web", "blue.example.com", "127.0.0.1:80", "green"]) {
    assert.deepEqual(await aws.count(2, host), { blue: 2, green: 0 }, host);
  }
  assert.deepEqual(await aws.count(2, "test-web.example.com"), { blue: 0, green: 2 });
  aws.loadBalancer.forward?.(rule("test", []));
  aws.loadBalancer.forward?.(rule("production", []));
  assert.deepEqual(await aws.count(1, "green"), { blue: 0, green: 1 });
});

test("a rule whose target group has no target is answered with 503", async (t) => {
  const aws = await openLoadBalancer(t, { ruleDelay: 0 });
  await aws.register(await openTarget(t, (_, response) => response.end("blue")), { group: BLUE }).next();
  aws.loadBalancer.forward?.(rule("production", to(0, 1)));
  assert.equal((await aws.get("/")).status, 503);
});

test("a changed rule reaches the nodes one after another", async (t) => {
  const aws = await twoGroups(t, 14_000);
  aws.loadBalancer.forward?.(rule("production", to(1, 0)));
  aws.loadBalancer.forward?.(rule("production", to(0, 1)));
  const shares = [await aws.count(4)];
  for (const advanced of [2_000, 2_000, 5_000, 5_000]) {
    aws.clock.advance(advanced);
    shares.push(await aws.count(4));
  }
  assert.deepEqual(
    shares.map(({ green }) => green),
    [0, 0, 1, 2, 4],
  );
});

test("a rule that changes again on its way leads each node to what it knows", () => {
  const clock = createVirtualClock();
  const rules = createListenerRules(clock, 4_000);
  const change = (forwards: Forward[]) => rules.set(rule("production", forwards));
  const next = () =>
    Array.from({ length: 4 }, () => (rules.choose(rule("production", [])) === GREEN ? "green" : "blue"));
  change(to(1, 0));
  change(to(0, 1));
  clock.advance(2_000);
  change(to(1, 0));
  assert.deepEqual(next(), ["green", "green", "blue", "blue"]);
  clock.advance(1_000);
  assert.deepEqual(next(), ["blue", "green", "green", "blue"]);
  clock.advance(3_000);
  assert.deepEqual(next(), ["blue", "blue", "blue", "blue"]);
});

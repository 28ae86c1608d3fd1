import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import { readTargetGroups } from "../../../lib/rollout/watch/target-groups.js";
import { Fault, fakeAws, type Script } from "../../support/fake-aws.js";
import { target } from "../../support/scripted-ecs.js";
import { targetGroupArn, targetGroupScript } from "../../support/target-groups.js";
import { virtualClock } from "../../support/virtual-clock.js";

const [blue, green] = [targetGroupArn("blue"), targetGroupArn("green")];
const behind = (...arns: string[]): Service => ({
  loadBalancers: arns.map((targetGroupArn) => ({ targetGroupArn, containerName: "app", containerPort: 5000 })),
});

async function scene(t: TestContext, script: Script = targetGroupScript) {
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const clock = virtualClock();
  const session = { aws: fake.aws, target, clock, progress: () => undefined };
  return { fake, clock, read: (service: Service) => readTargetGroups(session, service) };
}

test("a target group has its delay and its health check, in seconds and counts", async (t) => {
  const { read } = await scene(t);
  assert.deepEqual(await read(behind(blue)), {
    value: [
      {
        arn: blue,
        deregistrationDelaySeconds: 30,
        healthCheck: {
          path: "/healthz",
          port: "traffic-port",
          intervalSeconds: 10,
          timeoutSeconds: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
    ],
  });
});

test("both groups of a blue/green service are read, each once", async (t) => {
  const { fake, read } = await scene(t);
  const service: Service = {
    loadBalancers: [{ targetGroupArn: blue, advancedConfiguration: { alternateTargetGroupArn: green } }],
  };
  const twice = { loadBalancers: [...(service.loadBalancers ?? []), { targetGroupArn: blue }] };
  const found = await read(twice);
  assert.deepEqual("value" in found && found.value.map(({ arn }) => arn), [blue, green]);
  assert.deepEqual(
    fake.sent("DescribeTargetGroups").map((input) => input["TargetGroupArns.member.1"]),
    [blue, green],
  );
});

test("a target group is read again after 5 s, or when it could not be read", async (t) => {
  const { fake, clock, read } = await scene(t);
  const reads = () => fake.sent("DescribeTargetGroups").length;
  await read(behind(blue));
  await clock.sleep(4_000);
  assert.ok("value" in (await read(behind(blue))));
  assert.equal(reads(), 1);
  await clock.sleep(1_000);
  await read(behind(blue));
  assert.equal(reads(), 2);
  const works = fake.script.DescribeTargetGroups;
  fake.script.DescribeTargetGroups = () => new Fault("AccessDenied", "no");
  assert.ok("unknown" in (await read(behind(green))));
  fake.script.DescribeTargetGroups = works as NonNullable<typeof works>;
  assert.ok("value" in (await read(behind(green))));
});

test("a service without a load balancer has no target group, and none is read", async (t) => {
  const { fake, read } = await scene(t);
  assert.deepEqual(await read({}), { value: [] });
  assert.deepEqual(fake.calls, []);
});

test("a check that only connects has no path", async (t) => {
  const { read } = await scene(t, {
    ...targetGroupScript,
    DescribeTargetGroups: (input) => {
      const answer = targetGroupScript.DescribeTargetGroups?.(input) as { TargetGroups: Record<string, string>[] };
      const [{ HealthCheckPath: _, ...group } = {}] = answer.TargetGroups;
      return { TargetGroups: [group] };
    },
  });
  const found = await read(behind(blue));
  assert.equal("value" in found && found.value[0] && "path" in found.value[0].healthCheck, false);
});

test("a missing target group is left out", async (t) => {
  const gone = (input: Record<string, unknown>) => Object.values(input).includes(green);
  const notFound = new Fault("TargetGroupNotFound", "One or more target groups not found");
  const { read } = await scene(t, {
    DescribeTargetGroups: (input) => (gone(input) ? notFound : (targetGroupScript.DescribeTargetGroups?.(input) ?? {})),
    DescribeTargetGroupAttributes: (input) =>
      gone(input) ? notFound : (targetGroupScript.DescribeTargetGroupAttributes?.(input) ?? {}),
  });
  const found = await read(behind(green, blue));
  assert.deepEqual("value" in found && found.value.map(({ arn }) => arn), [blue]);
});

for (const action of ["DescribeTargetGroups", "DescribeTargetGroupAttributes"]) {
  test(`without elasticloadbalancing:${action} target groups are unknown, and the action is named`, async (t) => {
    const denied = () => new Fault("AccessDenied", "User: x is not authorized to perform this", 403);
    const { read } = await scene(t, { ...targetGroupScript, [action]: denied });
    assert.deepEqual(await read(behind(blue)), { unknown: `elasticloadbalancing:${action} is not permitted` });
  });
}

test("an AWS without the load balancers' API has no target groups", async (t) => {
  const { read } = await scene(t, {});
  assert.deepEqual(await read(behind(blue)), { unknown: "this AWS does not offer it" });
});

test("an absent setting has no default", async (t) => {
  const { read } = await scene(t, { ...targetGroupScript, DescribeTargetGroupAttributes: () => ({ Attributes: [] }) });
  assert.deepEqual(await read(behind(blue)), { unknown: "Error: the load balancer returned no deregistration delay" });
});

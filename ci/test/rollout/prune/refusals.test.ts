import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../support/fake-aws.js";
import { ecsTarget, pruneScene } from "../../support/prune-scene.js";

const lists = [
  "ListTaskDefinitions",
  "ListEventBuses",
  "ListRules",
  "ListTargetsByRule",
  "ListSchedules",
  "GetSchedule",
  "ListClusters",
  "ListServices",
  "DescribeServices",
  "ListTasks",
  "DescribeTasks",
  "ListServiceDeployments",
  "DescribeServiceDeployments",
  "DescribeServiceRevisions",
];
const denied = new Fault("AccessDeniedException", "no");
const unknown = new Fault("UnknownOperationException", "There is no such operation.");
const refusals: [operation: string, why: string, fault: Fault, message: RegExp][] = [
  ...lists.map((one): [string, string, Fault, RegExp] => [one, "is not permitted", denied, new RegExp(`:${one}\\b`)]),
  ["ListRules", "is not known", unknown, /no such operation/],
  ["ListSchedules", "is not known", unknown, /no such operation/],
];
for (const [operation, why, fault, message] of refusals) {
  test(`where ${operation} ${why} nothing is deregistered`, async (t) => {
    const { keep, fake, elsewhere } = await pruneScene(t);
    // Data for each operation to read.
    elsewhere.rules.default = [{ Name: "nightly", State: "ENABLED", targets: [] }];
    elsewhere.schedules.push({ Name: "nightly", GroupName: "default", Target: ecsTarget("service") });
    fake.script[operation] = () => fault;
    const report = await keep();
    assert.match(String(report.refused), message);
    assert.deepEqual(report.deregistered, []);
    assert.equal(fake.sent("DeregisterTaskDefinition").length, 0);
  });
}

test("nothing is deregistered where ECS does not describe a service that it lists", async (t) => {
  const { keep, fake } = await pruneScene(t);
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => ({
    ...((describe?.(input) ?? {}) as object),
    failures: [{ arn: "arn:worker", reason: "ACCESS_DENIED" }],
  });
  assert.match(String((await keep()).refused), /did not describe arn:worker \(ACCESS_DENIED\)/);
});

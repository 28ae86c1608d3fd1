import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CreateClusterCommand, ListClustersCommand } from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { clientsOf, localAws } from "../../infra/local/aws/test/local-aws.js";
import { type CallHooks, openRecordingProxy, type ProxiedCall } from "../http/recording-proxy.js";

async function behindDoor(t: TestContext, guard?: CallHooks) {
  const { aws, ecs } = await localAws(t);
  const door = await openRecordingProxy(aws.url, guard);
  t.after(() => door.close());
  return { door, direct: ecs, through: clientsOf({ ...aws, url: door.url }) };
}

test("signed calls pass the proxy unchanged and are counted by their operation", async (t) => {
  const { door, through } = await behindDoor(t);
  await through.ecs.send(new ListClustersCommand({}));
  const { Account } = await through.sts.send(new GetCallerIdentityCommand({}));
  assert.equal(Account, "123456789012");
  assert.deepEqual(door.calls, ["ListClusters", "GetCallerIdentity"]);
});

test("a call is forwarded again until its response is accepted, and counts once", async (t) => {
  let left = 2;
  const again = async (_: ProxiedCall, content: Buffer) => content.includes("clusterArns") && left-- > 0;
  const { door, through } = await behindDoor(t, { again });
  const { clusterArns } = await through.ecs.send(new ListClustersCommand({}));
  assert.deepEqual([clusterArns?.length, left, door.calls], [0, -1, ["ListClusters"]]);
});

for (const [moment, effect] of [
  ["before", 0],
  ["after", 1],
] as const) {
  test(`a call that is lost ${moment} its effect has ${effect === 0 ? "none" : "it"}`, async (t) => {
    const { direct, through } = await behindDoor(t, { [moment]: (_: ProxiedCall, lose: () => void) => lose() });
    await assert.rejects(through.ecs.send(new CreateClusterCommand({ clusterName: "c" })));
    const { clusterArns } = await direct.send(new ListClustersCommand({}));
    assert.equal(clusterArns?.length, effect);
  });
}

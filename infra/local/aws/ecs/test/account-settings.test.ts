import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { CALLER, createVirtualEcs } from "./virtual-ecs.js";

const ROOT = "arn:aws:iam::123456789012:root";
const OTHER = "arn:aws:iam::123456789012:role/other";

async function opened() {
  const world = await createVirtualEcs();
  const list = async (input: JsonObject = {}, caller = CALLER): Promise<string[][]> =>
    (await world.call("ListAccountSettings", input, caller)).settings.map(
      ({ name, value, principalArn }: JsonObject) => [name, value, principalArn],
    );
  return Object.assign(world, { list });
}

test("by default only the caller's own settings are listed, and with effectiveSettings all", async () => {
  const { call, list } = await opened();
  assert.deepEqual(await list(), []);
  const name = "containerInsights";
  assert.deepEqual(await list({ name, effectiveSettings: true }), [[name, "disabled", ROOT]]);
  const { setting } = await call("PutAccountSetting", { name, value: "enabled" });
  assert.deepEqual(setting, { name, value: "enabled", principalArn: CALLER.arn, type: "user" });
  assert.deepEqual(await list(), [[name, "enabled", CALLER.arn]]);
  const first = await call("ListAccountSettings", { effectiveSettings: true });
  const second = await call("ListAccountSettings", { effectiveSettings: true, nextToken: first.nextToken });
  const names = [...first.settings, ...second.settings].map((each: JsonObject) => each.name);
  assert.deepEqual([first.settings.length, second.nextToken], [10, undefined]);
  assert.ok(names.includes("taskLongArnFormat") && names.includes("tagResourceAuthorization"));
});

test("the account's default applies to principals without a setting of their own", async () => {
  const { call, list } = await opened();
  const name = "defaultLogDriverMode";
  await call("PutAccountSettingDefault", { name, value: "blocking" });
  const effective = (principalArn: string) => list({ name, principalArn, effectiveSettings: true });
  assert.deepEqual(await effective(OTHER), [[name, "blocking", ROOT]]);
  await call("PutAccountSetting", { name, value: "non-blocking", principalArn: OTHER });
  assert.deepEqual(await effective(OTHER), [[name, "non-blocking", OTHER]]);
  const { setting } = await call("DeleteAccountSetting", { name, principalArn: OTHER });
  assert.equal(setting.value, "blocking");
  assert.deepEqual(await effective(OTHER), [[name, "blocking", ROOT]]);
  assert.deepEqual(await list({ name, value: "blocking", effectiveSettings: true }), [[name, "blocking", ROOT]]);
  assert.deepEqual(await list({ name, value: "non-blocking", effectiveSettings: true }), []);
});

test("a new cluster takes the caller's setting for container insights", async () => {
  const { call } = await opened();
  await call("PutAccountSettingDefault", { name: "containerInsights", value: "enhanced" });
  const { cluster } = await call("CreateCluster");
  assert.deepEqual(cluster.settings, [{ name: "containerInsights", value: "enhanced" }]);
});

test("settings are those of one account and region", async () => {
  const { call, list } = await opened();
  await call("PutAccountSetting", { name: "containerInsights", value: "enabled" });
  assert.deepEqual(await list({}, { ...CALLER, region: "eu-west-1" }), []);
});

const REFUSED: [string, JsonObject, RegExp][] = [
  ["an unknown name", { name: "toString", value: "enabled" }, /^name 'toString': awsvpcTrunking, /],
  [
    "an unknown value",
    { name: "containerInsights", value: "on" },
    /^value 'on' of containerInsights: disabled, enabled, enhanced are accepted\.$/,
  ],
  [
    "a principal of another account",
    { name: "containerInsights", value: "enabled", principalArn: "arn:aws:iam::210987654321:root" },
    /is not a user, a role or the root user/,
  ],
];

for (const [what, input, message] of REFUSED) {
  test(`a setting with ${what} is rejected`, async () => {
    const { call } = await opened();
    await assert.rejects(call("PutAccountSetting", input), { code: "InvalidParameterException", message });
  });
}

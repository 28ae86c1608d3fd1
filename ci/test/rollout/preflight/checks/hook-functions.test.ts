import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type HookFunctionsFacts,
  hookFunctions,
  hookFunctionsOf,
  hookFunctionsTopic,
} from "../../../../lib/rollout/preflight/checks/hook-functions.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { inShort } from "../../../support/facts.js";
import { Fault, type Script } from "../../../support/fake-aws.js";
import { target } from "../../../support/scripted-ecs.js";

const arn = "arn:aws:lambda:us-west-2:123456789012:function:gate";
type Facts = HookFunctionsFacts["hookFunctions"][number];
const found = (more: Partial<Facts> = {}) =>
  hookFunctions({
    hookFunctions: [
      { arn, settings: { value: { State: "Active", Timeout: 60 } }, reserved: { value: undefined }, ...more },
    ],
  });

test("an active function without a reservation is fine, and one with a reservation above 0", () => {
  assert.deepEqual(found(), []);
  assert.deepEqual(found({ reserved: { value: 1 }, limit: 1 }), []);
});

test("a function that does not exist, has failed, or is throttled always is an error", () => {
  const [missing, ...others] = found({ settings: { value: undefined } });
  assert.deepEqual([missing?.level, others], ["error", []]);
  assert.match(String(missing?.what), /calls the function arn:.*:gate, and there is no such function/);
  const [throttled] = found({ reserved: { value: 0 } });
  assert.equal(throttled?.level, "error");
  assert.match(String(throttled?.what), /reserved concurrency of 0/);
  const [failed] = found({ settings: { value: { State: "Failed", StateReason: "No access to the image." } } });
  assert.equal(failed?.level, "error");
  assert.match(String(failed?.what), /is Failed \(No access to the image\): the deployment would/);
});

test("a function that is not active yet, or may run longer than its hook, is a warning", () => {
  for (const State of ["Pending", "Inactive"] as const) {
    const [finding] = found({ settings: { value: { State } } });
    assert.equal(finding?.level, "warning");
    assert.match(String(finding?.what), new RegExp(`is ${State}: the first call may fail`));
  }
  const slow = { settings: { value: { State: "Active", Timeout: 61 } } } as const;
  assert.deepEqual(inShort(found({ ...slow, limit: 1 })), ["warning hook-functions"]);
  assert.deepEqual(found({ ...slow, limit: 2 }), []);
});

test("functions are found in hooks, each once, with the shortest of their hooks' times, and pauses are none", () => {
  const hook = (timeoutInMinutes?: number) => ({
    hookTargetArn: arn,
    ...(timeoutInMinutes && { timeoutConfiguration: { timeoutInMinutes, action: "ROLLBACK" as const } }),
  });
  const lifecycleHooks = [hook(), hook(5), hook(3), { targetType: "PAUSE" as const }];
  assert.deepEqual(hookFunctionsOf({ deploymentConfiguration: { lifecycleHooks } }), [{ arn, limit: 3 }]);
});

function read(script: Script, hookTargetArn = `${arn}:live`) {
  const fake = directAws(script);
  const service = { deploymentConfiguration: { lifecycleHooks: [{ hookTargetArn }] } };
  const session = { aws: fake.aws, target };
  return { fake, reading: hookFunctionsTopic.read({ session, service } as unknown as SharedReads) };
}

test("the version that the hook names is read, and the concurrency of the whole function", async () => {
  const { fake, reading } = read({
    GetFunctionConfiguration: () => ({ State: "Active", Timeout: 3 }),
    GetFunctionConcurrency: () => ({ ReservedConcurrentExecutions: 0 }),
  });
  assert.deepEqual(inShort(hookFunctions(await reading)), ["error hook-functions"]);
  assert.deepEqual(fake.sent("GetFunctionConfiguration"), [{ FunctionName: `${arn}:live` }]);
  assert.deepEqual(fake.sent("GetFunctionConcurrency"), [{ FunctionName: arn }]);
});

test("without permissions it is not checked, and a missing function is found by the one that is there", async () => {
  const denied = (action: string) => () =>
    new Fault("AccessDeniedException", `User: x is not authorized to perform: ${action} on resource: y`, 403);
  const actions = ["lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"] as const;
  const script = {
    GetFunctionConfiguration: denied(actions[0]),
    GetFunctionConcurrency: denied(actions[1]),
  };
  const findings = hookFunctions(await read(script).reading);
  assert.deepEqual(inShort(findings), ["not-checked hook-functions", "not-checked hook-functions"]);
  for (const [index, action] of actions.entries()) {
    assert.match(String(findings[index]?.what), new RegExp(`${action} is not permitted`));
    assert.match(String(findings[index]?.fix), new RegExp(`Allow .*${action}`));
  }
  const missing = { ...script, GetFunctionConfiguration: () => new Fault("ResourceNotFoundException", "no", 404) };
  const levels = hookFunctions(await read(missing).reading).map(({ level }) => level);
  assert.deepEqual(levels, ["error", "not-checked"]);
});

test("a function in another region is not checked, and not called", async () => {
  const { fake, reading } = read({}, arn.replace("us-west-2", "eu-west-1"));
  assert.match(String(hookFunctions(await reading)[0]?.what), /it is in eu-west-1, not in us-west-2/);
  assert.deepEqual(fake.calls, []);
});

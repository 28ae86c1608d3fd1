import assert from "node:assert/strict";
import { test } from "node:test";
import { taskView } from "../../../lib/ecs/views.js";
import type { SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { checkTasks, combineWithTasks } from "../../../lib/rollout/verify/task-requests.js";
import { oldTask, snapshot, subject, task } from "../../support/snapshots.js";

const tasks = [
  task({ arn: "arn:task/c/a", address: "10.0.0.1" }),
  task({ arn: "arn:task/c/b", address: "10.0.0.2" }),
  task({ arn: "arn:task/c/c", address: "fd00::3" }),
  task({ arn: "arn:task/c/d", address: "10.0.0.4", lastStatus: "STOPPED" }),
  oldTask({ address: "10.0.0.5" }),
];
const what = { port: 5000, version: "v1.1.0", check: {}, isWanted: true };

/** Answers by host; a host that is not named can't be reached. */
function hosts(versions: Record<string, string>): SendRequest {
  return async ({ url }) => {
    const version = versions[url.host];
    if (version === undefined) throw new Error("connect ETIMEDOUT");
    return { status: 200, headers: {}, body: JSON.stringify({ version }) };
  };
}

test("each running task of ours gets a request at its own address and port, and no other does", async () => {
  const ask = hosts({ "10.0.0.1:5000": "v1.1.0", "10.0.0.2:5000": "v1.0.0" });
  assert.deepEqual(await checkTasks(subject, snapshot({ tasks }), what, undefined, { ask }), {
    requests: 3,
    right: 1,
    unreachable: 1,
    wrong: [{ task: "b", answered: "v1.0.0" }],
  });
});

test("one wrong task makes the served version wrong, without proving it", () => {
  const verified = { state: "verified", url: "u", tries: 5 } as const;
  const wrong = [{ task: "b", answered: "v1.0.0" }];
  const check = combineWithTasks(verified, { requests: 2, right: 1, unreachable: 0, wrong }, true);
  assert.deepEqual(check, { state: "wrong", url: "task b", answered: "v1.0.0", proven: false });
  assert.equal(combineWithTasks(verified, { requests: 1, right: 0, unreachable: 1, wrong: [] }, true), verified);
  assert.equal(combineWithTasks(verified, undefined, true), verified);
});

test("a task that answers without a required version leaves the served version unproven", () => {
  const verified = { state: "verified", url: "u", tries: 5 } as const;
  const tasks = { requests: 2, right: 1, unreachable: 0, unclear: 1, wrong: [] };
  const answered = "1 of 2 answered without a version";
  assert.deepEqual(combineWithTasks(verified, tasks, true), {
    state: "unproven",
    url: "Tasks at their own addresses",
    answered,
  });
  assert.equal(combineWithTasks(verified, tasks, false), verified);
});

test("a task's own address is that of its network interface", () => {
  const details = [{ name: "privateIPv4Address", value: "10.0.0.9" }];
  assert.equal(taskView({ attachments: [{ type: "ElasticNetworkInterface", details }] }).address, "10.0.0.9");
  assert.equal(taskView({}).address, undefined);
});

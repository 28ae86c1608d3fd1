import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWaitOptions } from "../../../lib/rollout/watch/wait-options.js";

test("where nothing is said the settings decide how long, an early stop is permitted, and a time-out changes nothing", () => {
  assert.deepEqual(parseWaitOptions({}), { permitted: { earlyStop: true, onTimeout: "leave" } });
});

test("what is said is taken", () => {
  assert.deepEqual(parseWaitOptions({ timeoutMinutes: 5, onTimeout: "rollback", noEarlyStop: true }), {
    timeoutMs: 300_000,
    permitted: { earlyStop: false, onTimeout: "rollback" },
  });
});

test("a time that can't be waited and an ending that there is not are refused with what is accepted", () => {
  for (const timeoutMinutes of [0, -1, 1.5, 1441, Number.NaN]) {
    assert.throws(() => parseWaitOptions({ timeoutMinutes }), { code: "bad-timeout", message: /1 to 1440/ });
  }
  assert.throws(() => parseWaitOptions({ onTimeout: "abort" }), { code: "bad-on-timeout", message: /leave.*rollback/ });
});

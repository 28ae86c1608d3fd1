import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWaitOptions } from "../../../lib/rollout/watch/wait-options.js";

test("without options the settings decide the time limit, fail fast is enabled, and a time-out changes nothing", () => {
  assert.deepEqual(parseWaitOptions({}), { permitted: { earlyStop: true, onTimeout: "leave" } });
});

test("options are used as passed", () => {
  assert.deepEqual(parseWaitOptions({ timeoutMinutes: 5, onTimeout: "rollback", noEarlyStop: true }), {
    timeoutMs: 300_000,
    permitted: { earlyStop: false, onTimeout: "rollback" },
  });
});

test("a watch ends at the shift, or at the end of the rollout, and nowhere else", () => {
  assert.equal(parseWaitOptions({ until: "shifted" }).until, "shifted");
  assert.equal(parseWaitOptions({ until: "shifted", timeoutMinutes: 5 }).until, "shifted");
  assert.equal(parseWaitOptions({ timeoutMinutes: 5 }).until, undefined);
  for (const until of ["deployed", "BAKE_TIME", ""]) {
    assert.throws(() => parseWaitOptions({ until }), { code: "bad-until", message: /Accepted: shifted .*bake time/ });
  }
});

test("an invalid time and an unknown time-out action are refused with the accepted values", () => {
  for (const timeoutMinutes of [0, -1, 1.5, 1441, Number.NaN]) {
    assert.throws(() => parseWaitOptions({ timeoutMinutes }), { code: "bad-timeout", message: /1 to 1440/ });
  }
  assert.throws(() => parseWaitOptions({ onTimeout: "abort" }), { code: "bad-on-timeout", message: /leave.*rollback/ });
});

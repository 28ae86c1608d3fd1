import assert from "node:assert/strict";
import { test } from "node:test";
import { requireChecked, requireServedCheck, withoutPrefix } from "../progress.js";

const line = (text: string) => `12  : [1m19s] | ${text}`;
const roles = line("Pre-flight: not checked: roles (plan tells why).");

test("a line of the log is shown without its number and time, and others as they are", () => {
  assert.equal(withoutPrefix(line("+0:08 task a: RUNNING")), "+0:08 task a: RUNNING");
  assert.equal(withoutPrefix("7   : ┆ ┆ [0.0s] | 1 failed"), "1 failed");
  for (const other of ["7   : ┆ resolve DONE [0.3s]", "", "Error: [0.0s] | no", "4   : Slipway.test: String!"])
    assert.equal(withoutPrefix(other), other);
});

test("a deploy passes whose preflight could not check the roles, and nothing else", () => {
  requireChecked("deploy", [line("Testing."), roles, roles]);
});

test("a deploy fails whose preflight could not check something else, with what that is", () => {
  for (const list of ["image-missing, roles", "wrong-platform"])
    assert.throws(
      () => requireChecked("deploy v1.1.0", [line(`Pre-flight: not checked: ${list} (plan tells why).`)]),
      new RegExp(`^Error: deploy v1\\.1\\.0: the preflight reports as not checked: ${list}\\. .* must be roles alone`),
    );
});

test("a deploy fails that does not report what it could not check: nothing was looked at then", () => {
  assert.throws(() => requireChecked("deploy", [line("Testing.")]), /not checked: nothing\./);
});

test("a deploy whose report says that the URL was not requested fails", () => {
  requireServedCheck("deploy", "DEPLOYED: v1\n\nHTTP        http://a answered the version 3 times in a row\n");
  for (const report of ["HTTP        not checked\n", "DEPLOYED: v1\n"])
    assert.throws(() => requireServedCheck("deploy", report), /was not requested from the public URL/);
});

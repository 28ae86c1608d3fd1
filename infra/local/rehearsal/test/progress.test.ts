import assert from "node:assert/strict";
import { test } from "node:test";
import { requireChecked, requireServedCheck, withoutPrefix } from "../progress.js";

test("a line of the log is shown without its number and time, and others as they are", () => {
  assert.equal(withoutPrefix("12  : [1m19s] | +0:08 task a: RUNNING"), "+0:08 task a: RUNNING");
  assert.equal(withoutPrefix("7   : ┆ ┆ [0.0s] | 1 failed"), "1 failed");
  for (const other of ["7   : ┆ resolve DONE [0.3s]", "", "Error: [0.0s] | no", "4   : Slipway.test: String!"])
    assert.equal(withoutPrefix(other), other);
});

const plan = (...levels: string[]) =>
  JSON.stringify({ hash: "0", findings: levels.map((level) => ({ id: `${level}-id`, level, what: "why" })) });

test("a plan passes whose preflight checked everything, with any findings", () => {
  requireChecked(plan());
  requireChecked(plan("warning", "error"));
});

test("a plan fails whose preflight did not check something, with what that is and why", () => {
  assert.throws(() => requireChecked(plan("warning", "not-checked")), /did not check not-checked-id \(why\)\. /);
});

test("a text that is no plan fails: nothing was checked", () => {
  assert.throws(() => requireChecked('{"hash":"0"}'), /returned no list of findings/);
  assert.throws(() => requireChecked("The plan"));
});

test("a deploy whose report states that the URL was not requested fails", () => {
  requireServedCheck("deploy", "DEPLOYED: v1\n\nHTTP        http://a answered the version 3 times in a row\n");
  for (const report of ["HTTP        not checked\n", "DEPLOYED: v1\n"])
    assert.throws(() => requireServedCheck("deploy", report), /was not requested from the public URL/);
});

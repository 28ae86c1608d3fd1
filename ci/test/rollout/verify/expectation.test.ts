import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, type Expectation } from "../../../lib/rollout/verify/expectation.js";

const answer = (body: string, status = 200, headers = {}) => ({ status, headers, body });
const differs = (expected: Omit<Expectation, "path">, found = answer("{}")) =>
  difference({ path: "/healthz", ...expected }, found, "v1.1.0");

test("200 is expected where no status is named, and another one is reported", () => {
  assert.equal(differs({}), undefined);
  assert.equal(differs({}, answer("", 404)), "HTTP 404 instead of 200");
  assert.equal(differs({ status: 404 }, answer("", 404)), undefined);
});

test("a header is compared in any letter case, and a missing one is reported", () => {
  const found = answer("", 200, { "x-version": "v1.1.0" });
  assert.equal(differs({ headers: { "X-Version": "{version}" } }, found), undefined);
  assert.match(String(differs({ headers: { "X-Version": "v9" } }, found)), /"v1\.1\.0" instead of "v9"/);
  assert.match(String(differs({ headers: { "x-other": "1" } }, found)), /x-other missing/);
});

test("an object must have the named members, and any other value must be equal", () => {
  const body = JSON.stringify({ version: "v1.1.0", checks: { db: "ok", queue: "ok" }, list: [1, 2] });
  assert.equal(
    differs({ json: { version: "{version}", checks: { db: "ok" }, list: [1, 2] } }, answer(body)),
    undefined,
  );
  assert.match(String(differs({ json: { checks: { db: "down" } } }, answer(body))), /at \/checks\/db/);
  assert.match(String(differs({ json: { list: [1] } }, answer(body))), /at \/list/);
  assert.match(String(differs({ json: {} }, answer("[]"))), /at the top/);
  assert.equal(differs({ json: {} }, answer("<html>")), "a body that is not JSON");
});

test("a response's values never appear in the description of its body", () => {
  assert.doesNotMatch(String(differs({ json: { token: "a" } }, answer('{"token":"s3cret"}'))), /s3cret/);
});

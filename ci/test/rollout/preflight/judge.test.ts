import assert from "node:assert/strict";
import { test } from "node:test";
import { isBlocking, judge, parseIgnored, refuseBlocking } from "../../../src/rollout/preflight/judge.js";
import { facts, inShort } from "../../support/facts.js";

const bad = facts({
  image: { value: undefined },
  platforms: { unknown: "no manifest" },
  service: { ...facts().service, deploymentConfiguration: {} },
  logGroups: [{ container: "app", group: "/app", region: "us-west-2", exists: { value: false } }],
});

test("nothing speaks against a deploy on which all is well", () => {
  assert.deepEqual(judge(facts(), []), []);
});

test("findings come with the worst first", () => {
  assert.deepEqual(inShort(judge(bad, [])), [
    "error image-missing",
    "error log-group-missing",
    "warning no-circuit-breaker",
    "not-checked wrong-platform",
  ]);
});

test("every error that nobody ignores is told with its fix, and stops the deploy before anything is changed", () => {
  assert.throws(
    () => refuseBlocking(judge(bad, ["image-missing"])),
    (error: Error & { code: string; exitCode: number }) => {
      assert.equal(error.code, "pre-flight");
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /log-group-missing: .*\n {4}Fix: Create it/);
      assert.match(error.message, /--ignore log-group-missing/);
      assert.doesNotMatch(error.message, /image-missing|no-circuit-breaker|wrong-platform/);
      return true;
    },
  );
});

test("with every error ignored nothing stops the deploy, and the findings say that they are ignored", () => {
  const findings = judge(bad, ["image-missing", "log-group-missing"]);
  refuseBlocking(findings);
  assert.deepEqual(
    findings.map(({ ignored }) => ignored),
    [true, true, false, false],
  );
  assert.ok(!findings.some(isBlocking));
});

test("only findings that there are can be ignored", () => {
  assert.deepEqual(parseIgnored(["mutable-tags", "secrets"]), ["mutable-tags", "secrets"]);
  assert.throws(() => parseIgnored(["everything"]), { code: "bad-ignore", message: /"everything".*mutable-tags/ });
});

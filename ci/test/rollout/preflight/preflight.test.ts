import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { LockUnreadableError } from "../../../lib/rollout/lock/lock-store.js";
import { type StrategyChange, strategyChange } from "../../../lib/rollout/plan/strategy.js";
import { isBlocking, judgeFindings, parseIgnored, refuseBlocking } from "../../../lib/rollout/preflight/preflight.js";
import { type FindingId, findingIds, type PreflightFacts } from "../../../lib/rollout/preflight/topics.js";
import { facts, inShort } from "../../support/facts.js";
import { target } from "../../support/scripted-ecs.js";
import { targetGroup } from "../../support/target-groups.js";

const bad = facts({
  image: { value: undefined },
  platforms: { unknown: "no manifest" },
  service: { ...facts().service, deploymentConfiguration: {} },
  logGroups: [{ container: "app", group: "/app", region: "us-west-2", exists: { value: false } }],
});

test("a deploy without problems has no findings", () => {
  assert.deepEqual(judgeFindings(facts(), []), []);
});

const somewhere = { service: { ...facts().service, serviceArn: "arn:aws:ecs:eu-west-1:123456789012:service/c/s" } };
const firstHook: DeploymentConfiguration = {
  strategy: "BLUE_GREEN",
  lifecycleHooks: [{ lifecycleStages: ["PRE_SCALE_UP"] }],
};
const change = strategyChange({}, { name: "CANARY" }) as StrategyChange;
const wrong: Record<FindingId, Partial<PreflightFacts>> = {
  "other-place": somewhere,
  "deployment-in-flight": {
    deployments: { listed: [{ arn: "arn:x/sd1", status: "PENDING", createdAt: 0, taskDefinition: "x" }] },
  },
  locked: { service: { ...facts().service, tags: [{ key: "slipway:lock", value: "freeze" }] } },
  "lock-unreadable": { namedLock: new LockUnreadableError("The lock in s3://b/k can't be read: no.", "Allow it.") },
  "nothing-to-return-to": { hasCompleted: { value: false } },
  "return-image-missing": {
    rollbackRevision: {
      value: {
        taskDefinition: "service:7",
        images: [{ container: "app", image: "x@sha256:0", state: { value: undefined } }],
      },
    },
  },
  "older-version": { running: { ...facts().running, version: "v1.1.1" } },
  "same-image": { next: { containerDefinitions: [{ name: "worker", image: facts().running.image }] } },
  "no-room-to-replace": { service: { ...facts().service, deploymentConfiguration: { maximumPercent: 100 } } },
  "fixed-host-port": {
    service: { ...facts().service, runningCount: 1, launchType: "EC2" },
    next: { containerDefinitions: [{ name: "app", portMappings: [{ containerPort: 80, hostPort: 80 }] }] },
  },
  "no-circuit-breaker": { service: { ...facts().service, deploymentConfiguration: {} } },
  strategy: { strategyChange: change },
  "strategy-changes": { strategyChange: change },
  "image-missing": { image: { value: undefined } },
  "image-inactive": { image: { value: { tags: [], status: "ARCHIVED" } } },
  "wrong-platform": { platforms: { value: [] } },
  "scan-findings": { scan: { value: { CRITICAL: 1 } } },
  "mutable-tags": { repository: { unknown: "no" } },
  "foreign-registry": { target: { ...target, registry: { account: "210987654321" } }, hasCompleted: { unknown: "no" } },
  "no-execution-role": { next: { requiresCompatibilities: ["FARGATE"] } },
  roles: { roles: [{ role: "r", uses: ["task role"], state: { value: "missing" } }] },
  secrets: { secrets: [{ taker: "DB of app", valueFrom: "x", store: "ssm", state: { value: "missing" } }] },
  "log-group-missing": {
    logGroups: [{ container: "app", group: "/app", region: "us-west-2", exists: { value: false } }],
  },
  "target-groups": { targetGroups: { unknown: "no" } },
  "listener-rules": {
    shifts: [{ groups: ["b", "g"], production: "r", rules: { unknown: "no" }, running: { value: undefined } }],
  },
  "shift-roles": { shiftRoles: [{ role: "r", uses: ["role of a hook"], state: { value: "missing" } }] },
  "first-deployment-hook": {
    hasCompleted: { value: false },
    service: { ...facts().service, deploymentConfiguration: firstHook },
  },
  "hook-functions": {
    hookFunctions: [{ arn: "f", settings: { value: undefined }, reserved: { value: undefined } }],
  },
  "deployment-alarms": { alarms: { unknown: "no" } },
  "instance-room": { rooms: { value: [] } },
  "fargate-quota": { vcpus: { value: { FARGATE: {} } } },
  "target-quota": { targets: { unknown: "no" } },
  autoscaling: { scaling: { value: { MinCapacity: 1, MaxCapacity: 4 } } },
  "health-check-port": { targetGroups: { value: [targetGroup({ port: "6000" })] } },
  "too-many-tags": { next: { tags: Array.from({ length: 46 }, (_, n) => ({ key: `cost-${n}`, value: "x" })) } },
  "definition-too-large": { next: { containerDefinitions: [{ name: "app", command: ["x".repeat(65_536)] }] } },
  "image-name-too-long": { release: { ...facts().release, image: `x/${"y".repeat(254)}` } },
  "command-too-long": { target: { ...target, before: { command: ["x".repeat(8192)], timeoutSeconds: 60 } } },
  "short-grace": {
    service: { ...facts().service, healthCheckGracePeriodSeconds: 1 },
    targetGroups: { value: [targetGroup()] },
  },
  "verify-tasks": { target: { ...target, verifyTasks: true } },
  gates: { target: { ...target, gates: [{ stage: "POST_TEST_TRAFFIC_SHIFT", timeoutSeconds: 60 }] } },
  "unused-target-keys": { target: { ...target, cpu: 256 } },
};
for (const id of findingIds) {
  test(`${id} is among the checks, and has its fix`, () => {
    const found = judgeFindings(facts(wrong[id]), []).find((one) => one.id === id);
    assert.ok(found);
    assert.notEqual(found.fix, "");
  });
}

test("findings are sorted with the worst first", () => {
  assert.deepEqual(inShort(judgeFindings(bad, [])), [
    "error image-missing",
    "error log-group-missing",
    "warning no-circuit-breaker",
    "not-checked wrong-platform",
  ]);
});

test("every error that is not ignored is shown with its fix, and stops the deploy before anything is changed", () => {
  assert.throws(
    () => refuseBlocking(judgeFindings(bad, ["image-missing"])),
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

test("with every error ignored nothing stops the deploy, and the findings are marked as ignored", () => {
  const findings = judgeFindings(bad, ["image-missing", "log-group-missing"]);
  refuseBlocking(findings);
  assert.deepEqual(
    findings.map(({ ignored }) => ignored),
    [true, true, false, false],
  );
  assert.ok(!findings.some(isBlocking));
});

test("only existing findings can be ignored", () => {
  assert.deepEqual(parseIgnored(["mutable-tags", "secrets"]), ["mutable-tags", "secrets"]);
  assert.throws(() => parseIgnored(["everything"]), { code: "bad-ignore", message: /"everything".*mutable-tags/ });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPlan } from "../../lib/report/plan-text.js";
import type { Proposal } from "../../lib/rollout/plan/proposal.js";
import { newDigest, oldDigest, release, repository, revisionArn, target } from "../support/scripted-ecs.js";

const plan: Proposal = {
  hash: "0123456789abcdef",
  where: target,
  release,
  image: { value: { tags: ["v1.1.0"], status: "ACTIVE", size: 12_345_678, pushedAt: Date.UTC(2026, 0, 1) } },
  platforms: { value: ["linux/amd64"] },
  from: { taskDefinition: revisionArn(7), image: `${repository}@${oldDigest}`, version: "v1.0.0" },
  patch: [{ op: "replace", path: "/containerDefinitions/0/environment/0/value", value: "hidden" }],
  changes: [{ what: "VERSION of app", from: "v1.0.0", to: "v1.1.0" }],
  service: {},
  forced: false,
  isNothing: false,
  isRefused: false,
  findings: [],
};
const error = {
  id: "log-group-missing",
  level: "error",
  what: "There is none.",
  fix: "Make it.",
  ignored: false,
} as const;

test("a plan lists the changes, the base and the image, and how to deploy it", () => {
  const text = formatPlan(plan);
  for (const words of [
    /^PLAN: a deploy of v1\.1\.0 would make the changes below\.$/m,
    /^plan {8}0123456789abcdef$/m,
    /^from {8}v1\.0\.0 \(service:7\)$/m,
    new RegExp(`^digest {6}${newDigest}$`, "m"),
    /^platform {4}linux\/amd64$/m,
    /^image {7}tagged v1\.1\.0, 12\.3 MB, pushed 2026-01-01T00:00:00\.000Z$/m,
    /^ {2}VERSION of app: v1\.0\.0 → v1\.1\.0$/m,
    /^ {2}JSON Patch: replace \/containerDefinitions\/0\/environment\/0\/value$/m,
    /^Preflight: no findings\.$/m,
    /^Next: deploy --version v1\.1\.0 --published --plan 0123456789abcdef/m,
  ]) {
    assert.match(text, words);
  }
});

test("the command that deploys an image of a registry names the image, and no published version", () => {
  const text = formatPlan(plan, "team/app:v1.1.0");
  assert.match(text, /^Next: deploy --version v1\.1\.0 --from team\/app:v1\.1\.0 --plan 0123456789abcdef, with/m);
});

test("the values of variables are not shown", () => {
  assert.doesNotMatch(formatPlan(plan), /hidden/);
});

test("a plan that would be refused states this first, and each finding has its fix", () => {
  const text = formatPlan({ ...plan, isRefused: true, findings: [error] });
  assert.match(text, /^PLAN: a deploy of v1\.1\.0 would be refused\.$/m);
  assert.match(text, /^ {2}error log-group-missing: There is none\.\n {4}Fix: Make it\.$/m);
  assert.match(text, /^Next: fix the errors, or pass --ignore/m);
});

test("an ignored finding is still shown", () => {
  assert.match(formatPlan({ ...plan, findings: [{ ...error, ignored: true }] }), /^ {2}ignored log-group-missing/m);
});

test("a plan without changes states that a deploy would do nothing", () => {
  const text = formatPlan({ ...plan, changes: [], patch: [], isNothing: true });
  assert.match(text, /^PLAN: v1\.1\.0 already runs as requested: a deploy would change nothing\.$/m);
  assert.match(text, /^Changes:\n {2}none$/m);
});

test("a forced copy and another count are among the changes", () => {
  assert.match(formatPlan({ ...plan, changes: [], patch: [], forced: true }), /a copy of the task definition/);
  const text = formatPlan({ ...plan, service: { desiredCount: { from: 1, to: 3 } } });
  assert.match(text, /^ {2}desired count of the service: 1 → 3$/m);
});

test("the pre-deploy and post-deploy tasks are among the changes", () => {
  const text = formatPlan({ ...plan, oneOffs: [{ when: "before", command: ["flask", "db"], timeoutSeconds: 900 }] });
  assert.match(text, /^ {2}a task before the deploy: \["flask","db"\], at most 900 s$/m);
});

test("an image that is missing in ECR, or may not be read, is shown as such", () => {
  assert.match(formatPlan({ ...plan, image: { value: undefined } }), /^image {7}not in ECR$/m);
  const unread = formatPlan({ ...plan, image: { unknown: "no" }, platforms: { unknown: "no" } });
  assert.match(unread, /^image {7}not known: no$/m);
  assert.match(unread, /^platform {4}not known: no$/m);
});

test("a change of the strategy is shown, with what the service has afterwards", () => {
  const to = { name: "CANARY", percent: 10, stepBake: 5, bake: 10 } as const;
  const strategy = { from: { name: "ROLLING", bake: 0 }, to, configuration: {} } as const;
  const line = "strategy of the service: ROLLING → CANARY (10 % first, the rest 5 min later, 10 min of bake time)";
  assert.ok(formatPlan({ ...plan, service: { strategy } }).includes(`  ${line}\n`));
  const once = { ...strategy, once: true } as const;
  assert.ok(formatPlan({ ...plan, service: { strategy: once } }).includes(`  ${line}, restored after the rollout\n`));
});

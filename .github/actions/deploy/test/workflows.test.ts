import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  needs?: string;
  if?: string;
  environment?: string | { name: string; url: string };
  permissions: Record<string, string>;
  steps: Step[];
}

function jobsOf(name: string): Record<string, Job> {
  const text = readFileSync(new URL(`../../../workflows/${name}`, import.meta.url), "utf8");
  const workflow = parse(text) as { permissions: object; jobs: Record<string, Job> };
  assert.deepEqual(workflow.permissions, {});
  return workflow.jobs;
}

const own = "$/.github/actions/deploy";
const expression = (text: string) => `$${`{{ ${text} }}`}`;

test("the release workflow of this repository has one command: a dagger call", () => {
  const { deploy, ...others } = jobsOf("build-and-deploy.yaml");
  assert.deepEqual(Object.keys(others), []);
  const commands = deploy?.steps.flatMap((step) => step.run ?? []);
  assert.deepEqual(commands, ['dagger call deploy --version="$VERSION"']);
});

test("the reusable workflow plans without an environment, and deploys that plan in the environment that approves it", () => {
  const { plan, deploy, ...others } = jobsOf("deploy.yaml");
  assert.ok(plan && deploy);
  assert.deepEqual(Object.keys(others), []);
  assert.equal(plan.environment, undefined);
  assert.deepEqual(deploy.environment, {
    name: expression("inputs.environment"),
    url: expression("steps.deploy.outputs.url"),
  });
  assert.equal(deploy.needs, "plan");
  assert.equal(deploy.if, "needs.plan.outputs.changes == 'true'");
  const calls = (job: Job) => job.steps.filter((step) => step.uses === own).map((step) => step.with ?? {});
  assert.deepEqual(
    calls(plan).map(({ mode }) => mode),
    ["publish", "plan"],
  );
  const [call, ...more] = calls(deploy);
  assert.deepEqual([call?.plan, call?.mode, more], [expression("needs.plan.outputs.hash"), undefined, []]);
});

test("the reusable workflow hands on the secrets that it takes, and only to the deploy", () => {
  const text = readFileSync(new URL("../../../workflows/deploy.yaml", import.meta.url), "utf8");
  const { on, jobs } = parse(text) as { on: { workflow_call: { secrets: object } }; jobs: Record<string, Job> };
  const names = Object.keys(on.workflow_call.secrets);
  const deploy = jobs.deploy?.steps.at(-1);
  assert.equal(deploy?.with?.["notify-secrets"], names.join(" "));
  assert.deepEqual(deploy?.env, Object.fromEntries(names.map((name) => [name, expression(`secrets.${name}`)])));
  assert.doesNotMatch(JSON.stringify(jobs.plan), /secrets\./);
});

test("the deploy checks out the commit that was planned", () => {
  const [checkout] = jobsOf("deploy.yaml").deploy?.steps ?? [];
  assert.equal(checkout?.with?.ref, expression("needs.plan.outputs.commit"));
});

test("each job may read the repository and prove who it is, and nothing else", () => {
  for (const job of Object.values(jobsOf("deploy.yaml"))) {
    assert.deepEqual(job.permissions, { contents: "read", "id-token": "write" });
  }
});

test("the deploy takes the version that was planned, which the module may have named", () => {
  const { plan, deploy } = jobsOf("deploy.yaml") as Record<string, Job & { outputs: Record<string, string> }>;
  assert.equal(plan?.outputs.version, expression("steps.plan.outputs.version"));
  assert.equal(deploy?.steps.at(-1)?.with?.version, expression("needs.plan.outputs.version"));
});

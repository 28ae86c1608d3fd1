import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  "runs-on": string;
  "timeout-minutes"?: number;
  environment?: string;
  strategy?: { matrix: { node: number[] } };
  permissions?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: unknown;
  concurrency?: Record<string, unknown>;
  jobs: Record<string, Job>;
}

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const names = ["build-and-deploy", "checks"];
const source = (name: string) => text(`.github/workflows/${name}.yaml`);
const workflow = (name: string) => parse(source(name)) as Workflow;
const steps = (name: string) => Object.values(workflow(name).jobs).flatMap((job) => job.steps);
const runs = (job: Job | undefined) => job?.steps.flatMap(({ run }) => run ?? []);
const step = (name: string, action: string) => {
  const found = steps(name).find(({ uses }) => uses?.startsWith(`${action}@`));
  assert.ok(found, `${name} uses ${action}`);
  return found;
};

for (const name of names) {
  test(`${name}: every action is pinned by a full commit, with its version beside it`, () => {
    const pins = source(name).match(/uses:.*/g) ?? [];
    assert.equal(pins.length, steps(name).filter(({ uses }) => uses).length);
    for (const pin of pins) assert.match(pin, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${name}: no expression is pasted into a shell`, () => {
    for (const { run } of steps(name)) assert.doesNotMatch(run ?? "", /\$\{\{/);
  });

  test(`${name}: a job has only the permissions that it requests, and no job writes to the repository`, () => {
    assert.deepEqual(workflow(name).permissions, {});
    for (const { permissions } of Object.values(workflow(name).jobs)) assert.equal(permissions?.contents, "read");
  });

  test(`${name}: the checkout leaves no credentials behind, and every job ends in time`, () => {
    assert.equal(step(name, "actions/checkout").with?.["persist-credentials"], false);
    for (const job of Object.values(workflow(name).jobs)) assert.ok(job["timeout-minutes"]);
  });
}

test("a deploy is started by hand with a version, from the prod branch, one at a time, never cut off", () => {
  const { on, concurrency } = workflow("build-and-deploy");
  assert.deepEqual(Object.keys(on), ["workflow_dispatch"]);
  const { inputs } = on.workflow_dispatch as { inputs: Record<string, { required: boolean; type: string }> };
  assert.deepEqual(Object.keys(inputs), ["version"]);
  assert.equal(inputs.version?.required, true);
  assert.equal(inputs.version?.type, "string");
  assert.equal(step("build-and-deploy", "actions/checkout").with?.ref, "prod");
  assert.deepEqual(concurrency, { group: "deploy-production", "cancel-in-progress": false });
});

test("the deploy's comment promises no more of a re-run than its command does", () => {
  const comment = source("build-and-deploy").replace(/\s*#\s*/g, " ");
  const [run] = steps("build-and-deploy").flatMap(({ run }) => run ?? []);
  assert.doesNotMatch(String(run), /--run-id/);
  // As ci/test/rollout/roll-out-attach.test.ts holds it: watched to its end, found, tried again.
  assert.match(
    comment,
    /it watches a rollout that is under way to its end, and finds one that succeeded; after one that failed it deploys anew\./,
  );
  assert.match(comment, /With --run-id="\$GITHUB_RUN_ID" a re-run would return the verdict of its run instead\./);
});

test("one line does the work, the same as on a laptop, and the version reaches it through its environment", () => {
  const runs = steps("build-and-deploy").filter(({ run }) => run);
  assert.deepEqual(runs, [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's.
    { run: 'dagger call deploy --version="$VERSION"', env: { VERSION: "${{ inputs.version }}" } },
  ]);
});

test("the deploy's credentials come from its environment's token, for the target's account and region alone", () => {
  const { deploy } = workflow("build-and-deploy").jobs;
  assert.equal(deploy?.environment, "production");
  assert.deepEqual(deploy?.permissions, { contents: "read", "id-token": "write" });
  const target = JSON.parse(text("infra/targets/production.json")) as { region: string; account: string };
  assert.deepEqual(step("build-and-deploy", "aws-actions/configure-aws-credentials").with, {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's.
    "role-to-assume": "${{ vars.DEPLOY_ROLE_ARN }}",
    "aws-region": target.region,
    "allowed-account-ids": target.account,
  });
});

test("the workflow's Dagger CLI, dagger.json's engine and the SDK are one version", () => {
  const engine = (JSON.parse(text("dagger.json")) as { engineVersion: string }).engineVersion;
  assert.deepEqual(step("build-and-deploy", "dagger/dagger-for-github").with, { version: engine });
  const { packages } = JSON.parse(text("package-lock.json")) as { packages: Record<string, { version: string }> };
  assert.equal(`v${packages["node_modules/@dagger.io/dagger"]?.version}`, engine);
});

test("pull requests run the one test command, with nothing to write and no secret, on every Node that is supported", () => {
  const { on, jobs } = workflow("checks");
  assert.deepEqual(Object.keys(on), ["pull_request"]);
  assert.deepEqual(jobs.test?.permissions, { contents: "read" });
  assert.deepEqual(jobs.test?.strategy?.matrix.node, [20, 22, 24]);
  assert.deepEqual(runs(jobs.test), ["npm test"]);
  assert.doesNotMatch(source("checks"), /secrets\./);
});

test("pull requests run the module on a real engine too, with as little permission", () => {
  const { engine } = workflow("checks").jobs;
  assert.deepEqual(engine?.permissions, { contents: "read" });
  assert.deepEqual(runs(engine), [
    'dagger develop && git diff --exit-code && test -z "$(git status --porcelain)"',
    "dagger call test",
    "dagger check",
    "npm run rehearse -- --engine dagger",
  ]);
});

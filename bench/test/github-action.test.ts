import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runAction } from "../../.github/actions/deploy/test/support/runner.js";
import { drills } from "../drills/catalogue/index.js";
import { type HttpEnvironment, openHttpEnvironment, speeds } from "../http/http-environment.js";
import { target } from "../scenario/fixture.js";

const start = fileURLToPath(new URL("../../infra/local/start.mjs", import.meta.url));

let scratch: string;
const stages: HttpEnvironment[] = [];
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "slipway-action-"));
  await mkdir(join(scratch, "repository", "infra", "targets"), { recursive: true });
  const { region, cluster, service, account } = target;
  const file = join(scratch, "repository", "infra", "targets", "production.json");
  await writeFile(file, JSON.stringify({ region, cluster, service, account }));
  execFileSync("git", ["init", "-q", join(scratch, "repository")]);
});
after(async () => {
  for (const stage of stages) await stage.close();
  await rm(scratch, { recursive: true });
});

/** Starts a local AWS with a service, and puts a `dagger` on the PATH that calls the module on the stand-in, at that AWS. */
async function open(scenario: Parameters<typeof openHttpEnvironment>[0]) {
  const stage = await openHttpEnvironment(scenario, target, speeds.rehearsal);
  stages.push(stage);
  stage.begin();
  const path = await mkdtemp(join(scratch, "bin-"));
  const { port } = new URL(stage.url);
  // Like the real CLI it reads the module from --mod; the constructor's other arguments come before the function.
  const program = `#!/bin/sh\nshift\nexec "${process.execPath}" "${start}" call "--aws=tcp://127.0.0.1:${port}" "$@"\n`;
  await writeFile(join(path, "dagger"), program, { mode: 0o755 });
  const env = { AWS_ACCESS_KEY_ID: stage.keys.AccessKeyId, AWS_SECRET_ACCESS_KEY: stage.keys.SecretAccessKey };
  const cwd = join(scratch, "repository");
  const act = (inputs: Record<string, string>) =>
    runAction({ version: stage.release.version, ...inputs }, { path, env, cwd });
  return { stage, act };
}

test("a plan of an image is deployed from another repository, and the outputs name what ECS has", async () => {
  const { stage, act } = await open({ release: { version: "v2.0.0" } });
  const image = `${target.repository}@${stage.release.digest}`;
  const plan = await act({ image, mode: "plan" });
  assert.equal(plan.exitCode, 0, plan.log);
  assert.match(plan.outputs["plan-hash"] ?? "", /^[0-9a-f]{16}$/);
  assert.deepEqual([plan.outputs["plan-refused"], plan.outputs["plan-changes"]], ["false", "true"]);
  const run = await act({ image, plan: plan.outputs["plan-hash"] ?? "" });
  assert.deepEqual([run.exitCode, run.outputs.verdict, run.commands.length], [0, "deployed", 0], run.log);
  assert.equal(run.outputs.digest, stage.release.digest);
  assert.match(run.outputs["task-definition-arn"] ?? "", /:task-definition\/web:\d+$/);
  assert.match(run.outputs["service-deployment-arn"] ?? "", /:service-deployment\/production\/web\//);
  assert.ok(!run.all.includes(stage.keys.SecretAccessKey));
});

test("a release that ends at its start gives exit code 3, with the cause in the annotation and the summary", async () => {
  const { act } = await open(drills.find(({ name }) => name === "exits-at-once")?.scenario ?? assert.fail());
  const { "plan-hash": plan = "" } = (await act({ mode: "plan" })).outputs;
  const run = await act({ plan, arguments: "--timeout-minutes=5" });
  assert.deepEqual([run.exitCode, run.outputs.verdict], [3, "rolled-back"], run.log);
  assert.match(run.commands[0]?.data ?? "", /%0ACause: .+%0AFix: /);
  assert.match(run.summary, /\*\*Why:\*\* /);
  assert.match(run.summary, /\*\*Fix:\*\* /);
});

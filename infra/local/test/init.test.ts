import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { parse } from "yaml";
import { account, createApi, createPlain, where } from "./support/api-service.js";
import { gitIn } from "./support/checkout.js";
import { type CallOutput, openEnvironment, refused, type TestEnvironment } from "./support/environment.js";
import { putImage } from "./support/image.js";

let environment: TestEnvironment;
/** A repository of another project, with nothing of Slipway. */
let foreign: string;

before(async () => {
  environment = await openEnvironment();
  await createApi(environment);
});
after(() => environment.close());
beforeEach(async (t) => {
  foreign = await mkdtemp(join(tmpdir(), "slipway-foreign-"));
  const directory = foreign;
  (t as { after(work: () => Promise<void>): void }).after(() => rm(directory, { recursive: true, force: true }));
  gitIn(foreign)("init", "--quiet", "--initial-branch=main");
});

/** Runs a function in the foreign repository, with the module by its path. */
function callThere(args: string[], options: { cwd?: string; target?: string } = {}): Promise<CallOutput> {
  const name = options.target === undefined ? [] : ["--target", options.target];
  return environment.call(["-m", environment.checkout.path, ...environment.at, ...name, ...args], {
    cwd: options.cwd ?? foreign,
  });
}

const readThere = (path: string) => readFile(join(foreign, path), "utf8");
async function writeThere(path: string, text: string): Promise<void> {
  await mkdir(join(foreign, path, ".."), { recursive: true });
  await writeFile(join(foreign, path), text);
}

/** Paths of the files, without git's own. */
async function filesThere(): Promise<string[]> {
  const entries = await readdir(foreign, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return paths
    .map((path) => path.slice(foreign.length + 1))
    .filter((path) => !path.startsWith(".git/"))
    .sort();
}

/** The lines below a title of the report. */
function sectionOf(text: string, title: string): string {
  return new RegExp(`^## ${title}.*\n\n((?:- .*\n)*)`, "m").exec(text)?.[1] ?? "";
}

test("a service of three containers is written as a target of five keys, and plan works with it", async () => {
  await writeThere("services/api/Dockerfile", "FROM scratch\n");
  const { exitCode, stdout, stderr } = await callThere(["init", ...where, "-o", "."]);
  assert.deepEqual([exitCode, stdout], [0, ""], stderr);
  assert.deepEqual(await filesThere(), [
    ".env",
    ".github/workflows/deploy.yaml",
    "infra/iam/deploy-production.policy.json",
    "infra/targets/production.json",
    "infra/targets/production.md",
    "services/api/Dockerfile",
  ]);
  assert.deepEqual(JSON.parse(await readThere("infra/targets/production.json")), {
    region: "us-west-2",
    cluster: "uf-cloud-ops-exercise",
    service: "api",
    account,
    build: { context: "services/api" },
    url: `http://api:${new URL(environment.url).port}`,
  });
  await putImage(environment, "v1.1.0", {});
  const plan = await callThere(["plan", "--version", "v1.1.0"]);
  assert.equal(plan.exitCode, 0, plan.stderr);
  assert.match(plan.stdout, /v1\.1\.0/);
});

test("the report names what was found and what a deploy still needs, in the log and in a file", async () => {
  const { stderr } = await callThere(["init", ...where, "-o", "."]);
  const report = await readThere("infra/targets/production.md");
  const found = sectionOf(report, "Service api in cluster uf-cloud-ops-exercise, us-west-2, account 123456789012");
  assert.match(found, /^- task definition: api:1, linux\/amd64$/m);
  assert.match(found, /^- containers: a deploy changes web, worker; it leaves proxy$/m);
  assert.match(found, /^- secrets: DB of web, KEY of worker$/m);
  assert.match(found, /^- execute-command: on; a deploy keeps it$/m);
  const needs = sectionOf(report, "A deploy still needs");
  assert.match(needs, /^- The repository has no Dockerfile\./m);
  assert.match(needs, /^- dagger\.json names no Slipway, so each command names the module: set .* SLIPWAY_MODULE/m);
  for (const line of report.split("\n").filter((each) => each.startsWith("- "))) assert.ok(stderr.includes(line), line);
});

test("no file that exists is written, and the line that .env lacks is printed", async () => {
  const kept = {
    ".env": "OTHER=1\n",
    ".gitignore": ".env\n",
    ".github/workflows/deploy.yaml": "mine\n",
    "infra/iam/deploy-production.policy.json": "mine\n",
    "infra/targets/production.json": "{}\n",
  };
  for (const [path, text] of Object.entries(kept)) await writeThere(path, text);
  const { exitCode, stderr } = await callThere(["init", ...where, "-o", "."]);
  assert.equal(exitCode, 0, stderr);
  for (const [path, text] of Object.entries(kept)) assert.equal(await readThere(path), text);
  const report = await readThere("infra/targets/production.md");
  assert.equal(sectionOf(report, "Written"), "- infra/targets/production.md\n");
  const left = sectionOf(report, "Left as they are, because they exist");
  for (const path of Object.keys(kept).filter((each) => each !== ".gitignore")) assert.match(left, new RegExp(path));
  assert.match(
    report,
    /^- \.env exists\. Add this line to it: SLIPWAY_CREDENTIALS="cmd:\/\/aws configure export-credentials"$/m,
  );
  assert.match(report, /^- \.gitignore names \.env, so a workflow's checkout lacks it\./m);
});

test("a target of another name has its own files, and its name in .env and in the workflow", async () => {
  const role = `arn:aws:iam::${account}:role/deploy`;
  await callThere(["init", ...where, "--role", role, "-o", "."], { target: "staging" });
  assert.equal(JSON.parse(await readThere("infra/targets/staging.json")).role, role);
  assert.deepEqual(await filesThere(), [
    ".env",
    ".github/workflows/deploy-staging.yaml",
    "infra/iam/deploy-staging.policy.json",
    "infra/targets/staging.json",
    "infra/targets/staging.md",
  ]);
  assert.match(await readThere(".env"), /^SLIPWAY_TARGET="staging"$/m);
  const { jobs } = parse(await readThere(".github/workflows/deploy-staging.yaml"));
  assert.equal(jobs.deploy.environment, "staging");
  assert.match(jobs.deploy.steps.at(-1).run, /^dagger -m "\$SLIPWAY_MODULE" call --target=staging deploy /);
});

test("what a service lacks is named: a repository, a circuit breaker, a URL and a Dockerfile", async () => {
  await createPlain(environment);
  await callThere(["init", ...where.slice(0, 2), "--service", "Plain_1", "--region", "us-west-2", "-o", "."]);
  assert.deepEqual(JSON.parse(await readThere("infra/targets/production.json")), {
    region: "us-west-2",
    cluster: "uf-cloud-ops-exercise",
    service: "Plain_1",
    account,
    containers: ["app"],
    repository: "plain-1",
  });
  const needs = sectionOf(await readThere("infra/targets/production.md"), "A deploy still needs");
  assert.match(needs, /^- No container runs .* aws ecr create-repository --repository-name plain-1 --image-tag-mut/m);
  assert.match(needs, /^- warning no-circuit-breaker: The deployment circuit breaker is off.* Fix: Set deployment/m);
  assert.match(needs, /^- The repository has no Dockerfile\./m);
  assert.match(needs, /^- No URL: the service has no load balancer\. Add "url" to the target/m);
});

test("in the module's own repository the functions are called without its name", async () => {
  const { stdout } = await environment.call([
    ...environment.at,
    "init",
    ...where,
    "file",
    "--path",
    ".github/workflows/deploy.yaml",
    "contents",
  ]);
  assert.match(stdout, /run: dagger call deploy \$\{VERSION:\+--version="\$VERSION"\}$/m);
});

test("in a repository that has installed it as a toolchain, the functions are called by its name", async () => {
  await writeThere(
    "dagger.json",
    JSON.stringify({ name: "shop", toolchains: [{ name: "ship-it", source: "../slipway" }] }),
  );
  await callThere(["init", ...where, "-o", "."]);
  assert.match(await readThere(".github/workflows/deploy.yaml"), /run: dagger call ship-it deploy /);
  assert.match(await readThere(".env"), /^SHIP_IT_CREDENTIALS=/m);
  assert.doesNotMatch(await readThere("infra/targets/production.md"), /dagger\.json names no Slipway/);
});

test("as a toolchain, init writes what the next command finds: the target, and the credentials of .env", async () => {
  const source = relative(foreign, environment.checkout.path);
  const { engineVersion } = JSON.parse(await readFile(join(environment.checkout.path, "dagger.json"), "utf8"));
  const toolchains = [{ name: "slipway", source }];
  await writeThere("dagger.json", JSON.stringify({ name: "shop", engineVersion, toolchains }));
  const init = await environment.call(["slipway", ...environment.at, "init", ...where, "-o", "."], { cwd: foreign });
  assert.equal(init.exitCode, 0, init.stderr);
  // In place of the AWS CLI, which this machine need not have.
  const env = (await readThere(".env")).replace(/"cmd:.*"/, `"file://${environment.credentialsFile}"`);
  await writeThere(".env", `${env}SLIPWAY_AWS="${environment.url.replace("http", "tcp")}"\n`);
  const status = await environment.call(["slipway", "status"], { cwd: foreign });
  assert.equal(status.exitCode, 0, status.stderr);
  assert.match(status.stdout, /api in uf-cloud-ops-exercise/);
});

test("init from a directory below the root states that its files belong to the root", async () => {
  await mkdir(join(foreign, "services"));
  await callThere(["init", ...where, "-o", "."], { cwd: join(foreign, "services") });
  const report = await readThere("services/infra/targets/production.md");
  assert.match(report, /^- The command was run in services\. The files belong to the repository's root/m);
});

test("Terraform that would revert a deploy is named by its file", async () => {
  await writeThere("infra/main.tf", 'resource "aws_ecs_service" "api" {\n}\n');
  await writeThere(
    "other/main.tf",
    'resource "aws_ecs_service" "b" {\n  lifecycle {\n    ignore_changes = [\n      task_definition,\n    ]\n  }\n}\n',
  );
  await callThere(["init", ...where, "-o", "."]);
  const needs = sectionOf(await readThere("infra/targets/production.md"), "A deploy still needs");
  assert.match(needs, /^- infra\/main\.tf declares an aws_ecs_service\. Add lifecycle \{ ignore_changes = \[task_def/m);
  assert.doesNotMatch(needs, /other\/main\.tf/);
});

const refusedIn = (args: string[], message: RegExp) =>
  refused(environment, [...environment.at, "init", ...args], { message });

test("a service or a cluster that does not exist is refused with the nearest names and the account", async () => {
  const [, cluster = ""] = where;
  const region = ["--region", "us-west-2"];
  await refusedIn(
    ["--cluster", cluster, "--service", "apo", ...region],
    /^There is no service "apo" in cluster .*Did you mean "api"\?.*--service and --region\. The credentials belong to account 123456789012\.$/m,
  );
  await refusedIn(
    ["--cluster", "uf-cloud-ops-exercis", "--service", "api", ...region],
    /^There is no cluster "uf-cloud-ops-exercis" in us-west-2\. Did you mean "uf-cloud-ops-exercise"\?/m,
  );
});

test("a missing region, a name that is none and a wrong role are refused before any call", async () => {
  const [cluster, , service] = [where.slice(0, 2), 0, ["--service", "api"]];
  await refusedIn([...cluster, ...service], /^The region of the service is not known: .*--region us-west-2\./m);
  await refusedIn(
    [...cluster, "--service", "a b", "--region", "us-west-2"],
    /^ {2}service: is "a b"; accepted: 1 to 255 /m,
  );
  await refusedIn([...where, "--role", "deploy"], /^ {2}role: is "deploy"; accepted: a role's ARN/m);
  await refused(environment, [...environment.at, "--target", "../x", "init", ...where], {
    message: /^The target's name "\.\.\/x" can't be/m,
  });
});

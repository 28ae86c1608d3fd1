import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startService } from "../rehearsal/seed.js";
import { openEnvironment, type TestEnvironment } from "./support/environment.js";
import { createForeignService, foreignRepository, moduleRoot, target } from "./support/foreign.js";

/** Refused commands from another repository, with the code and the message of the refusal. */
interface WrongUse {
  what: string;
  args: string[];
  code: string;
  message: RegExp;
}

const wrongUses: WrongUse[] = [
  {
    what: "a repository without a Dockerfile, whose module has a sample of its own, which is not shipped in its place",
    args: ["deploy", "--version", "v1.0.0"],
    code: "no-dockerfile",
    message:
      /^The Dockerfile Dockerfile can't be read \(.*\)\. Accepted: .*"build": \{ "context": "services\/web" \}.*--app/,
  },
  {
    what: "a service with two containers of private images",
    args: ["--target", "pair", "deploy", "--version", "v1.0.0"],
    code: "which-container",
    message:
      /has containers of several images.*\n {2}web: .*\n {2}worker: .*\nName them in the target: "containers": \["NAME"\]/,
  },
  {
    what: "a tag that moves, as a version",
    args: ["deploy", "--version", "main"],
    code: "moving-version",
    message: /^The version "main" names a tag that moves.*Accepted: an image tag that never moves/,
  },
  {
    what: "a tag that moves, of an image that exists",
    args: ["deploy", "--from", "shop:latest"],
    code: "moving-version",
    message: /^--from shop:latest names a tag that moves, "latest".*--version v1\.2\.3/,
  },
  {
    what: "a service that is not there",
    args: ["--target", "missing", "deploy", "--version", "v1.0.0"],
    code: "no-service",
    message: /^There is no service "shopp" in cluster .*Did you mean "shop"\?/,
  },
  {
    what: "credentials of another account",
    args: ["--target", "foreign", "deploy", "--version", "v1.0.0"],
    code: "wrong-account",
    message:
      /^The credentials belong to account 123456789012 .*, and the target is account 210987654321\. Nothing was changed\./,
  },
  {
    what: "a target that the repository does not have, though the module's own repository has it",
    args: ["--target", "production", "deploy", "--version", "v1.0.0"],
    code: "unknown-target",
    message: /^There is no target "production"\. .*Accepted: .*shop/,
  },
];

let environment: TestEnvironment;
let cwd: string;

before(async () => {
  environment = await openEnvironment();
  await createForeignService(environment, "shop");
  await pair();
  cwd = await foreignRepository(environment, "shop", {
    "README.md": "Nothing to build\n",
    "infra/targets/shop.json": target(environment, "shop"),
    "infra/targets/pair.json": target(environment, "pair"),
    "infra/targets/missing.json": target(environment, "shopp"),
    "infra/targets/foreign.json": target(environment, "shop", { account: "210987654321" }),
  });
});
after(() => environment.close());

/** A service of two containers, each of an image of its own. */
async function pair(): Promise<void> {
  const registry = environment.url.replace("http://", "");
  const taskDefinition = {
    family: "pair",
    networkMode: "awsvpc" as const,
    requiresCompatibilities: ["FARGATE" as const],
    cpu: "256",
    memory: "512",
    containerDefinitions: ["web", "worker"].map((name) => ({
      name,
      image: `${registry}/team/${name}:v1`,
      essential: true,
    })),
  };
  const { signal } = new AbortController();
  await startService(environment.clients.ecs, { ...environment.target, service: "pair" }, { taskDefinition }, signal);
}

for (const { what, args, code, message } of wrongUses) {
  test(`${what}: refused as ${code} with exit code 2, and nothing is changed`, async () => {
    const before = await environment.state();
    const flags = ["-m", moduleRoot, ...environment.at, ...(args.includes("--target") ? [] : ["--target", "shop"])];
    const { exitCode, stdout, stderr } = await environment.call([...flags, ...args, "--as-json"], { cwd });
    const [line = "{}"] = /\{"type":"error".*/.exec(stderr) ?? [];
    const error = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([exitCode, error.exitCode, error.code, stdout], [2, 2, code, ""], stderr);
    assert.match(String(error.message), message);
    assert.deepEqual(await environment.state(), before);
  });
}

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LocalAwsProcess, startLocalAwsProcess } from "../local-aws.js";
import { type ModuleCaller, moduleCaller } from "../module-call.js";
import type { Step } from "../step-table.js";
import { formatTable } from "../step-table.js";
import { openRehearsal, requireServed, runSteps } from "../steps.js";
import { openUserService } from "../user-service.js";

const examples = fileURLToPath(new URL("../../../../examples/", import.meta.url));
const { signal } = new AbortController();

let directory: string;
let aws: LocalAwsProcess;
const callers: ModuleCaller[] = [];
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-examples-"));
  // As a rehearsal of each of them starts it.
  aws = await startLocalAwsProcess(join(directory, "aws"), 0, signal, [
    "--health-path",
    "/",
    "--health-codes",
    "200-499",
  ]);
});
after(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await aws.stop();
  await rm(directory, { recursive: true });
});

/** A copy as a repository of its own. */
async function copied(name: string, example: string): Promise<string> {
  const path = join(directory, name);
  await cp(join(examples, example), path, { recursive: true });
  return path;
}

function commit(path: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", path, "-c", "user.name=a", "-c", "user.email=a@b.c", ...args]);
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "The example");
}

/** Rehearses a service on the local AWS that all share. @returns The rows of the table. */
async function rehearse(app: string, target: string): Promise<Step[]> {
  const lines: string[] = [];
  const steps: Step[] = [];
  try {
    const service = await openUserService({ app, target: join(app, target), container: [] });
    const module = await moduleCaller("stand-in", signal, service.cwd);
    callers.push(module);
    const flags = await service.writeFlags(join(directory, "own", service.target.service));
    const stage = await openRehearsal(aws, module, steps, signal, { service, flags }, (line) => lines.push(line));
    await runSteps(stage);
    requireServed(stage);
  } catch (error) {
    console.log(lines.slice(-200).join("\n"));
    throw error;
  } finally {
    console.log(`${app}\n${formatTable(steps)}\n`);
  }
  return steps;
}

/** Requires that each step was made, that requests came in all along, and that none failed. */
function requireAll(steps: Step[]): void {
  assert.deepEqual(
    steps.map(({ name, outcome }) => [name, outcome]),
    [
      ["test", "ok"],
      ["publish v1.0.0", "ok"],
      ["first version's service", "completed"],
      ["deploy v1.1.0", "ok"],
      ["status", "ok"],
      ["plan v1.2.0", "ok"],
      ["deploy v1.2.0, which can't start", "rolled back, as expected"],
    ],
  );
  const loads = steps.flatMap(({ load }) => load ?? []);
  assert.deepEqual([loads.length, ...loads.map(({ failed }) => failed)], [2, 0, 0]);
  for (const { ok } of loads) assert.ok(ok > 0);
}

const served = (steps: Step[]) => steps.flatMap(({ load }) => (load ? [[...load.versions.keys()].sort()] : []));

/** A base is pulled, or made of packages: of Node.js by npm and apt-get, of Go by this machine's own go. */
async function without(program: string): Promise<string | false> {
  if (spawnSync(program, ["--version"]).error === undefined) return false;
  const reachable = await lookup("registry-1.docker.io").catch(() => undefined);
  return reachable ? false : `neither a registry nor ${program} is here to have the base image from`;
}
const noNode = await without("apt-get");
const noGo = noNode || (await without("go"));

// Two at a time, so that one builds while the other waits for its rollout.
test("the examples", { concurrency: 2 }, async (t) => {
  await Promise.all([
    t.test("the Node.js service, and the monorepo's page with an uncommitted change", { skip: noNode }, async () => {
      const node = await copied("node", "node");
      commit(node);
      const steps = await rehearse(node, "infra/targets/production.json");
      requireAll(steps);
      assert.deepEqual(served(steps), [["HTTP 200"], ["HTTP 200"]]);

      const shop = await copied("web", "monorepo");
      commit(shop);
      await writeFile(join(shop, "services/web/uncommitted.txt"), "");
      requireAll(await rehearse(shop, "infra/targets/web.json"));
    }),
    t.test("the Go service without git, and the monorepo's API", { skip: noGo }, async () => {
      const steps = await rehearse(await copied("go", "go"), "infra/targets/production.json");
      requireAll(steps);
      assert.deepEqual(served(steps), [["v1.0.0", "v1.1.0"], ["v1.1.0"]]);

      const shop = await copied("api", "monorepo");
      commit(shop);
      requireAll(await rehearse(shop, "infra/targets/api.json"));
    }),
  ]);
});

/**
 * `npm test`: first the fast part (lint, types, rules of the repository, tests of single functions), then workflows, all other tests, the
 * simulation and the rehearsal. `npm run test:fast` runs the fast part alone. Stops at the first part that fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureContainerRuntime, ensureGit } from "./rehearsal/prerequisites.js";
import { ensurePip } from "./workflow-checks/tools.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const typescript = [process.execPath, "--import", import.meta.resolve("./typescript.mjs")];
const endToEnd = "infra/local/rehearsal/test/end-to-end.test.ts";
const examples = "infra/local/rehearsal/test/examples.test.ts";

/**
 * Tests of the fast part: the rules of the repository, and the deployer's tests except those of whole deploys. None of them starts a
 * container or a process of the module.
 */
const fast = [
  /^infra\/(?:rules|test)\//,
  /^infra\/local\/http\//,
  /^ci\/test\/(?!mistakes\/|rollout\/(?:rollback|tasks)\/|rollout\/run)/,
];
const isFast = (file: string) => fast.some((pattern) => pattern.test(file));

interface Part {
  name: string;
  command: string[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--yes" && argument !== "--fast");
  if (unknown.length > 0) {
    console.error(
      `${unknown.join(" ")} is not accepted. Accepted: --fast, --yes. One test: node --import ./infra/local/typescript.mjs --test FILE.`,
    );
    return 2;
  }
  const consent = { yes: process.argv.includes("--yes"), log: console.log, signal: new AbortController().signal };
  await ensureGit(consent);
  const onlyFast = process.argv.includes("--fast");
  if (!onlyFast) {
    await ensureContainerRuntime(consent);
    await ensurePip(consent);
  }
  const tests = findTests();
  const fastParts: Part[] = [
    { name: "lint", command: [bin("biome"), "check", "--error-on-warnings", "."] },
    { name: "type check", command: typeCheck(".") },
    { name: "type check of ci/", command: typeCheck("ci") },
    { name: "rules and fast unit tests", command: nodeTest(tests.filter(isFast)) },
  ];
  const otherParts: Part[] = [
    { name: "workflows", command: script("./workflow-checks/main.ts") },
    {
      name: "other tests and simulation",
      command: nodeTest(tests.filter((file) => !isFast(file) && file !== endToEnd && file !== examples)),
    },
    { name: "rehearsal, end to end", command: nodeTest([endToEnd]) },
    { name: "rehearsal of the examples", command: nodeTest([examples]) },
  ];
  const parts = onlyFast ? fastParts : [...fastParts, ...otherParts];
  for (const { name, command } of parts) {
    const started = performance.now();
    console.log(`\n▸ ${name}`);
    const exitCode = await run(command);
    if (exitCode !== 0) {
      console.error(`${name} failed with exit code ${exitCode}. Its output is above.`);
      return exitCode;
    }
    console.log(`  ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  return 0;
}

/** Returns an incremental type check, which keeps its state beside the packages. */
function typeCheck(project: string): string[] {
  const memory = join(root, "node_modules", ".cache", `tsc-${project === "." ? "root" : project}.tsbuildinfo`);
  return [bin("tsc"), "-p", project, "--incremental", "--tsBuildInfoFile", memory];
}

function nodeTest(files: string[]): string[] {
  return [...typescript, "--test", "--test-concurrency=2", ...files];
}

function script(path: string): string[] {
  return [...typescript, fileURLToPath(new URL(path, import.meta.url))];
}

function findTests(): string[] {
  return ["ci/test", "infra", "bench", ".github/actions"]
    .flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes("node_modules"))
    .sort();
}

async function run([command = "", ...args]: string[]): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

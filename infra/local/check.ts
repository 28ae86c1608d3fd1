/**
 * `npm test`: first the fast part (lint, types, rules of the repository, tests without containers and processes of the module), then workflows, all other tests, the
 * simulation and the rehearsal. `npm run test:fast` runs the fast part alone. Stops at the first part that fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureChromium, ensureContainerRuntime, ensureGit } from "./rehearsal/prerequisites.js";
import { ensurePip } from "./workflow-checks/tools.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const typescript = [process.execPath, "--import", import.meta.resolve("./typescript.mjs")];
const endToEnd = "infra/local/rehearsal/test/end-to-end.test.ts";
const examples = "infra/local/rehearsal/test/examples.test.ts";

/** Tests of the fast part: they start neither a container nor a process of the module. */
const fast = [/^ci\/test\//, /^infra\/(?:rules|test)\//, /^infra\/local\/(?:aws|http)\/(?!ecs\/container-runtime\/)/];
const isFast = (file: string) => fast.some((pattern) => pattern.test(file));

/** Tests of the other part that don't measure real time: they share processes too. */
const light = [
  /^bench\/test\/(?:drill-(?:options|result|table)|found-by-seeds|phases|rollback-diagnosis|tool-correctness|traffic)\./,
  /^infra\/local\/dagger-stand-in\/test\/(?:content|display|dockerfile-(?:copy|plan|read)|dotenv|glob|help|label)\./,
  /^infra\/local\/containers\/test\/(?:candidates|install-plan|machine|output)\./,
  /^infra\/local\/rehearsal\/test\/(?:.*task-definition|options|progress|request-check|service-file|step-table|traffic-shift)\./,
];
const isLight = (file: string) => light.some((pattern) => pattern.test(file));

interface Part {
  name: string;
  command: string[];
}

/**
 * Bytes of bytecode that a function runs before V8 optimizes it. Node's own 66 KiB optimize functions that no longer repay it in a process of
 * tests: saves a tenth of the processor time of 112 test files.
 */
const lateOptimization = "--interrupt-budget=2000000";

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
    await ensureChromium(consent);
  }
  const tests = findTests();
  const others = tests.filter((file) => !isFast(file) && file !== endToEnd && file !== examples);
  const fastParts: Part[] = [
    { name: "lint", command: [bin("biome"), "check", "--error-on-warnings", "."] },
    { name: "type check", command: typeCheck(".") },
    { name: "type check of ci/", command: typeCheck("ci") },
    {
      name: "rules and fast unit tests",
      command: nodeTest(grouped("fast", tests.filter(isFast)), availableParallelism()),
    },
  ];
  const otherParts: Part[] = [
    { name: "workflows", command: script("./workflow-checks/main.ts") },
    {
      name: "other tests and simulation",
      command: nodeTest([...grouped("light", others.filter(isLight)), ...others.filter((file) => !isLight(file))]),
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

/** Returns a type check by TypeScript 7, which takes a quarter of the time; the package `typescript` has the API that TypeScript 7 lacks. */
function typeCheck(project: string): string[] {
  return [process.execPath, join(root, "node_modules/typescript-native/bin/tsc"), "-p", project];
}

function nodeTest(files: string[], concurrency = 2): string[] {
  return [...typescript, lateOptimization, "--test", `--test-concurrency=${concurrency}`, ...files];
}

/**
 * Writes files that each run many test files in one process, because starting a process and loading the AWS SDK takes longer than the
 * tests of most files.
 *
 * @returns The written files, two for each core.
 */
function grouped(name: string, files: string[]): string[] {
  const directory = join(root, "node_modules/.cache/tests");
  mkdirSync(directory, { recursive: true });
  const size = Math.ceil(files.length / (2 * availableParallelism()));
  return Array.from({ length: Math.ceil(files.length / size) }, (_, index) => {
    const path = join(directory, `${name}-${index + 1}.mjs`);
    const group = files.slice(index * size, (index + 1) * size).map((file) => [file, pathToFileURL(join(root, file))]);
    const suites = new URL("./test-suites.mjs", import.meta.url).href;
    writeFileSync(path, `import { runTogether } from "${suites}";\nrunTogether(${JSON.stringify(group, null, 2)});\n`);
    return path;
  });
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

/** `npm run bench`: runs the same rollouts with Slipway and with other deploy tools. `--help` lists the options. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pool } from "../common/pool.js";
import { speeds } from "../http/http-environment.js";
import { readCompleteTarget } from "../scenario/complete-target.js";
import { type ComparisonResult, compare } from "./compare.js";
import { type ComparedDrill, comparedDrills } from "./compared-drills.js";
import { formatComparison } from "./comparison-table.js";
import { findDeviations } from "./reported-mistakes.js";
import type { Tool } from "./tool.js";
import { createTools } from "./tools.js";

const targetFile = new URL("../../infra/targets/production.json", import.meta.url);

const help = `Usage: npm run bench -- [options]

Runs the same rollouts on a local AWS with simulated tasks with Slipway, the AWS CLI, boto3, the AWS SDK for JavaScript and
fabfuel's ecs-deploy, and compares their results with the oracle. It takes about 15 minutes, nearly all of it waiting.

  --drill WORD       only drills whose name has this word; may be repeated
  --tool WORD        only tools whose name or settings have this word; may be repeated
  --action DIR       also AWS's action for GitHub, from a checkout of aws-actions/amazon-ecs-deploy-task-definition
  --ecspresso FILE   also ecspresso, from a program of ecspresso 2 (kayac/ecspresso)
  --jobs N           rollouts at the same time (default 24)
  --speed NAME       delays of ECS: rehearsal (short, the default) or aws (as on AWS: about three quarters of an hour)
  --out FILE         file for the results, a Markdown table (default out/bench.md)
  --help             this text
`;

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

/** @returns 1 when Slipway was wrong or a tool did not behave as reported. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      drill: { type: "string", multiple: true, default: [""] },
      tool: { type: "string", multiple: true, default: [""] },
      action: { type: "string" },
      ecspresso: { type: "string" },
      jobs: { type: "string", default: "24" },
      speed: { type: "string", default: "rehearsal" },
      out: { type: "string", default: "out/bench.md" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const speed = speeds[values.speed as keyof typeof speeds];
  if (!speed) throw new Error(`--speed ${values.speed}: ${Object.keys(speeds).join(" or ")} is accepted.`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs ${values.jobs}: a whole number from 1 is accepted.`);
  const drills = chosen(comparedDrills, ({ name }) => name, "--drill", values.drill);
  const { tools: all, versions } = await createTools(console.log, values);
  const tools = chosen(all, ({ name, settings }) => `${name} ${settings}`, "--tool", values.tool);
  for (const line of versions) console.log(line);

  const started = performance.now();
  const results = await playAll(drills, tools, jobs, speed);
  const seconds = (performance.now() - started) / 1000;
  const text = formatComparison(results, {
    date: today(),
    machine: machine(),
    versions,
    seconds,
    jobs,
    speed: values.speed,
  });
  const file = resolve(values.out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${text}\n`);
  console.log(`\n${text}\n\nAlso in ${file}.`);

  const wrong = results.filter(({ tool, right }) => tool.name === "slipway" && !right);
  for (const { drill } of wrong)
    console.error(`Slipway was wrong: ${drill.name}. Again: npm run bench -- --drill "${drill.name}" --tool slipway`);
  const deviations = findDeviations(results);
  for (const line of deviations) console.error(line);
  return wrong.length + deviations.length > 0 ? 1 : 0;
}

/** Starts the drills with long waits first. Prints each result as it arrives. */
async function playAll(
  drills: readonly ComparedDrill[],
  tools: readonly Tool[],
  jobs: number,
  speed: (typeof speeds)["rehearsal"],
): Promise<ComparisonResult[]> {
  const target = await readCompleteTarget(targetFile);
  const long = ({ speed: own, scenario }: ComparedDrill) =>
    own === "aws" || scenario.service?.breaker === "off" ? 0 : 1;
  const pairs = drills.flatMap((drill) => tools.map((tool) => ({ drill, tool })));
  pairs.sort((a, b) => long(a.drill) - long(b.drill));
  let done = 0;
  const results = await pool(pairs, jobs, async ({ drill, tool }) => {
    const result = await compare(drill, tool, target, speed);
    const { reported: said, outcome, right, took, calls } = result;
    console.log(
      `${++done}/${pairs.length} ${right ? "right" : "WRONG"}: ${drill.name} · ${tool.name} (${tool.settings}): ${said.message.slice(0, 90)} · truth: ${outcome} · ${took.toFixed(0)} s, ${calls} calls`,
    );
    return result;
  });
  const place = ({ drill, tool }: ComparisonResult) => drills.indexOf(drill) * tools.length + tools.indexOf(tool);
  return results.sort((a, b) => place(a) - place(b));
}

function chosen<T>(all: readonly T[], nameOf: (one: T) => string, flag: string, words: string[]): T[] {
  const found = all.filter((one) => words.some((word) => nameOf(one).includes(word)));
  if (found.length > 0) return found;
  throw new Error(
    `${flag} ${words.map((word) => JSON.stringify(word)).join(", ")}: nothing has that word. There are: ${all.map(nameOf).join(", ")}.`,
  );
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

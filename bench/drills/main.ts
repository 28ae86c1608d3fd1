/** `npm run drill`: runs failures of a deploy on the settings of the user's own service, before they occur in production. */
import { setMaxListeners } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { connectRuntime } from "../../infra/local/containers/connect.js";
import { pool } from "../common/pool.js";
import { speeds } from "../http/http-environment.js";
import { killEverywhere } from "../kill/kill-everywhere.js";
import { killVirtually } from "../kill/kill-virtually.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import { drills, type Group } from "./catalogue/index.js";
import { chooseDrills, readTarget } from "./choose-drills.js";
import { whyNotWithContainers } from "./container-support.js";
import type { Drill } from "./drill.js";
import { help, type Options, readOptions, settingsOf } from "./drill-options.js";
import { type DrillResult, formatEnding, mistakes } from "./drill-result.js";
import { formatDrills, formatSum } from "./drill-table.js";
import { runInRealTime } from "./run-real-time.js";
import { runVirtually } from "./run-virtual.js";

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 2;
});

/** @returns 1 when a verdict was false or not the one that its drill expects; 130 after an interrupt. */
async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const named = chooseDrills(drills, options.names);
  const target = await readTarget(options.target);
  if (options.list) {
    console.log(listOf(named));
    return 0;
  }
  if (options.kill && options.names.length > 0) return await killNamed(named, target, options);
  if (options.kill) return await killEverywhere(options.jobs, options.every);
  const chosen = playable(named, options);
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => interrupt.abort(new Error(`Interrupted by ${name}: everything has been taken down.`)));
  }
  // Each running drill adds a listener.
  setMaxListeners(0, interrupt.signal);
  const started = performance.now();
  const unplayed: string[] = [];
  const played = await playAll(chosen, target, options, interrupt.signal, unplayed).catch((error: Error) => {
    if (interrupt.signal.aborted) return undefined;
    throw error;
  });
  if (!played) {
    console.error((interrupt.signal.reason as Error).message);
    return 130;
  }
  const seconds = (performance.now() - started) / 1000;
  const table = formatDrills(played);
  const file = resolve(options.out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${table}\n`);
  console.log(`\n${table}\n\n${formatSum(played)} In ${seconds.toFixed(0)} s. The table is also in ${file}.`);
  const wrong = played.filter((each) => mistakes(each).length > 0);
  for (const each of wrong) console.error(complaint(each, options));
  for (const each of unplayed) console.error(each);
  return wrong.length + unplayed.length > 0 ? 1 : 0;
}

/** Kills the deploy of each drill at its calls, in virtual time. @returns 1 when a deploy did not converge. */
async function killNamed(named: readonly Drill[], target: CompleteTarget, options: Options): Promise<number> {
  const settings = settingsOf(options, target.created.desiredCount);
  let failed = 0;
  for (const drill of named) {
    const { calls, tried, problems } = await killVirtually(drill, settings, options.every);
    console.log(`${drill.name}: ${calls} calls, ${tried} kill points, ${problems.length} did not converge.`);
    for (const problem of problems) console.error(`  ${problem}`);
    failed += problems.length;
  }
  return failed > 0 ? 1 : 0;
}

/** @param unplayed Receives the error of each drill that could not be played; the others go on. */
async function playAll(
  chosen: readonly Drill[],
  target: CompleteTarget,
  options: Options,
  signal: AbortSignal,
  unplayed: string[],
): Promise<DrillResult[]> {
  const settings = settingsOf(options, target.created.desiredCount);
  const runtime = options.time === "containers" ? await connectRuntime() : undefined;
  let done = 0;
  const runs = chosen.flatMap((drill) => Array.from({ length: options.phases }, (_, phase) => ({ drill, phase })));
  const play = ({ drill, phase }: { drill: Drill; phase: number }) => {
    signal.throwIfAborted();
    if (options.time === "virtual") return runVirtually(drill, settings, options.seed, phase, options.phases);
    return runInRealTime(drill, settings, target, {
      speed: speeds[options.speed],
      signal,
      ...(runtime && { runtime }),
    });
  };
  const results = await pool(runs, options.time === "virtual" ? 1 : options.jobs, async (run) => {
    const played = await play(run).catch((error: Error) => {
      if (signal.aborted) throw error;
      unplayed.push(error.message);
    });
    if (!played) return [];
    const word = mistakes(played).length > 0 ? "WRONG" : "right";
    const count = `${String(++done).padStart(String(runs.length).length)}/${runs.length}`;
    console.log(
      `${count} ${word}: ${run.drill.name}: ${formatEnding(played.reported)} (${played.took.toFixed(0)} s, ${played.calls} calls)`,
    );
    return [played];
  });
  return results.flat();
}

/** Leaves out drills that can't run in real time, and prints their number. */
function playable<T extends Drill>(chosen: readonly T[], { time }: Options): readonly T[] {
  if (time === "virtual") return chosen;
  const whyNot = time === "real" ? (drill: T) => drill.virtualOnly : whyNotWithContainers;
  const word = time === "real" ? "not in real time" : "not with containers";
  for (const drill of chosen) if (whyNot(drill)) console.log(`${word}: ${drill.name}: ${whyNot(drill)}`);
  return chosen.filter((drill) => !whyNot(drill));
}

function listOf(all: readonly (Drill & { group: Group })[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map((drill, index) => {
    const { name, group, description } = drill;
    const whyNot = whyNotWithContainers(drill);
    const mark = whyNot ? `\n  ${" ".repeat(width)}  not with containers: ${whyNot}` : "";
    const heading = all[index - 1]?.group === group ? "" : `\n${group}\n`;
    return `${heading}  ${name.padEnd(width)}  ${description}${mark}`;
  });
  return lines.join("\n").trimStart();
}

function complaint(played: DrillResult, { time, seed, phases }: Options): string {
  const { drill, reported } = played;
  const how = time === "virtual" ? `--seed ${seed}${phases > 1 ? ` --phases ${phases}` : ""}` : `--time ${time}`;
  const reason = "verdict" in reported ? reported.reason : reported.message;
  return `${drill.name} was wrong: ${mistakes(played).join("; ")}. Reported: ${reason}\n  Again: npm run drill -- --name ${drill.name} ${how}`;
}

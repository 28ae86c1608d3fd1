import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Options } from "./options.js";
import { recordStep, type Step } from "./step-table.js";

const start = fileURLToPath(new URL("../start.mjs", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs the drills with real containers as the last step, in a separate process. @throws {Error} A verdict was wrong. */
export async function runDrills(options: Options, steps: Step[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await recordStep(
    steps,
    "drills, with real containers",
    () => drill(drillArgs(options), signal),
    (right) => `${right} verdicts, all correct`,
  );
}

/** Requires that the named drills and target exist, before the rehearsal starts. @throws {Error} One does not; the message is that of the drills. */
export async function requireKnownDrills(
  options: Pick<Options, "name" | "target">,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(process.execPath, [start, "drill", "--list", ...chosenArgs(options)], {
    cwd: root,
    signal,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [words, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(words.trim());
}

/** Returns the arguments of the drills' command. */
export function drillArgs(options: Pick<Options, "name" | "target">): string[] {
  return ["drill", "--time", "containers", ...chosenArgs(options)];
}

function chosenArgs({ name, target }: Pick<Options, "name" | "target">): string[] {
  return ["--target", target, ...name.flatMap((each) => ["--name", each])];
}

/** Runs the drills. @returns Number of correct verdicts. */
async function drill(args: string[], signal: AbortSignal): Promise<number> {
  // A group of its own: the terminal's Ctrl-C goes to the rehearsal, which then ends this process in order.
  const child = spawn(process.execPath, [start, ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  let right = 0;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (/^ *\d+\/\d+ right: /.test(line)) right++;
      console.log(`  │ ${line}`);
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  if (code === 0) return right;
  throw new Error(
    code === 1
      ? "A drill's verdict was wrong. The output above names the drill and the command to run it again."
      : `The drills failed to run (exit code ${code}). Their output is above.`,
  );
}

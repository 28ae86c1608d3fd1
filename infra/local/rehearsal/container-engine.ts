import { createInterface } from "node:readline/promises";
import { connectEngine, type Engine } from "../containers/connect.js";
import { NoEngineError } from "../containers/errors.js";
import { installEngine, planEngine } from "../containers/install.js";

/**
 * The engine that answers on this machine, or a newly installed one. What would be installed is said first; on a terminal it is asked for,
 * unless `yes` has said so already.
 *
 * @returns In words, which engine it is.
 * @throws Error when none can be had here or the answer was no.
 */
export async function readyEngine(yes: boolean, say: (line: string) => void, signal: AbortSignal): Promise<string> {
  return describe(await connectEngine().catch((error) => install(error, yes, say, signal)));
}

async function install(error: Error, yes: boolean, say: (line: string) => void, signal: AbortSignal): Promise<Engine> {
  if (!(error instanceof NoEngineError)) throw error;
  const plan = await planEngine();
  say(plan.description);
  if (!yes && process.stdin.isTTY && !(await agreed(signal))) {
    throw new Error("Nothing was installed. Start a container engine of your own and try again.");
  }
  return await installEngine(plan, say);
}

async function agreed(signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question("Go ahead? [y/N] ", { signal })).trim());
  } finally {
    terminal.close();
  }
}

function describe({ kind, version }: Engine): string {
  return `${kind === "docker" ? "Docker" : "Podman"} ${version}`;
}

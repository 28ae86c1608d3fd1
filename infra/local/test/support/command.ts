import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const start = fileURLToPath(new URL("../../start.mjs", import.meta.url));

/** A command of this repository, run as `npm run` runs it. */
export interface RunningCommand {
  /** Resolves when the output has this text. */
  prints(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<{ exitCode: number | null; output: string }>;
}

/** @param options `echo` shows its output as it comes, for commands that take long. */
export function run(
  words: string[],
  options: { cwd: string; env?: Record<string, string>; echo?: boolean },
): RunningCommand {
  const child = spawn(process.execPath, [start, ...words], {
    cwd: options.cwd,
    env: { ...process.env, INIT_CWD: options.cwd, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (options.echo) process.stdout.write(text);
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, output }));
  return {
    prints: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve();
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`The command ended without the output ${JSON.stringify(text)}: ${output}`)));
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

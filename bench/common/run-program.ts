import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  /** -1 when it was killed. */
  exitCode: number;
  stdout: string;
  /** Standard output and standard error, in order of arrival. */
  output: string;
}

/** Runs a program to its end. Kills it after `limit` milliseconds or on the signal. */
export async function run(
  command: string,
  args: string[],
  options: { env: Record<string, string>; limit: number; signal?: AbortSignal },
): Promise<Ended> {
  const child = spawn(command, args, { env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  let late = false;
  const kill = () => {
    late = true;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(kill, options.limit);
  options.signal?.addEventListener("abort", kill, { once: true });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { exitCode: late ? -1 : (code ?? 1), stdout, output };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
  }
}

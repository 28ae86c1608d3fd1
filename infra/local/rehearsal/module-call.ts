import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { callFunction, closeEngine } from "../engine/index.js";
import type { LocalAws } from "./local-aws.js";
import type { Options } from "./options.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface CallResult {
  exitCode: number;
  /** What the function returned. */
  stdout: string;
}

/** Makes calls of the module's functions, with the very same words on either engine. */
export interface ModuleCaller {
  /** What runs them, for people. */
  name: string;
  call(args: string[], progress: (line: string) => void): Promise<CallResult>;
  /** Ends what the calls have shared. */
  close(): Promise<void>;
}

/** @throws Error when the dagger CLI is asked for and is not on the PATH. */
export async function moduleCaller(engine: Options["engine"], signal: AbortSignal): Promise<ModuleCaller> {
  if (engine === "stand-in") {
    return {
      name: "the stand-in for Dagger's engine",
      call: (args, progress) => callStandIn(args, progress, signal),
      close: closeEngine,
    };
  }
  await requireDagger();
  // The engine is the user's own and stays.
  return {
    name: "a real Dagger engine",
    call: (args, progress) => callDagger(args, progress, signal),
    close: async () => {},
  };
}

/** The flags that point the module at the local AWS; they stand before the function. */
export function at(aws: LocalAws): string[] {
  return ["--aws", `tcp://127.0.0.1:${aws.port}`, "--credentials", `file://${aws.credentialsFile}`];
}

async function callStandIn(args: string[], progress: (line: string) => void, signal: AbortSignal): Promise<CallResult> {
  let stdout = "";
  const exitCode = await callFunction({
    args,
    cwd: root,
    env: process.env,
    onStdout: (text) => {
      stdout += text;
    },
    onStderr: byLine(progress),
    signal,
  });
  return { exitCode, stdout };
}

async function callDagger(args: string[], progress: (line: string) => void, signal: AbortSignal): Promise<CallResult> {
  const child = spawn("dagger", ["call", "--progress=plain", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    // It colours its lines without a terminal too.
    env: { ...process.env, NO_COLOR: "1" },
    signal,
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on("line", progress);
  const [code] = (await once(child, "close")) as [number | null];
  return { exitCode: code ?? 1, stdout };
}

async function requireDagger(): Promise<void> {
  const child = spawn("dagger", ["version"], { stdio: "ignore" });
  const [problem] = await Promise.race([once(child, "error"), once(child, "exit").then(() => [undefined])]);
  if (problem) {
    throw new Error(
      "--engine dagger needs the dagger CLI, and none is on the PATH. Install it, or leave the option out to use the stand-in.",
    );
  }
}

function byLine(progress: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) progress(line);
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { callFunction, closeStandIns } from "../dagger-stand-in/index.js";
import type { LocalAwsProcess } from "./local-aws.js";
import type { Options } from "./options.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface CallResult {
  exitCode: number;
  /** What the function returned. */
  stdout: string;
  /** Its log and its error. */
  stderr: string;
}

/** Makes calls of the module's functions, with the very same words on either engine. */
export interface ModuleCaller {
  /** What runs them, for people. */
  name: string;
  call(args: string[], progress: (line: string) => void): Promise<CallResult>;
  /** Ends what the calls have shared. */
  close(): Promise<void>;
}

/**
 * Makes the calls as a user of this repository does, or, from another repository, as a user of that one does with `-m`.
 *
 * @param directory The directory that the calls are made in; this repository by default.
 * @throws Error when the dagger CLI is asked for and is not on the PATH.
 */
export async function moduleCaller(
  engine: Options["engine"],
  signal: AbortSignal,
  directory?: string,
): Promise<ModuleCaller> {
  const cwd = directory ?? root;
  const named = (args: string[]) => (directory === undefined ? args : ["-m", root, ...args]);
  if (engine === "stand-in") {
    return {
      name: "the stand-in for Dagger's engine",
      call: (args, progress) => callStandIn({ args: named(args), cwd }, progress, signal),
      close: closeStandIns,
    };
  }
  await requireDagger();
  // The engine is the user's own and stays.
  return {
    name: "a real Dagger engine",
    call: (args, progress) => callDagger({ args: named(args), cwd }, progress, signal),
    close: async () => {},
  };
}

/** The flags that point the module at the local AWS; they stand before the function. */
export function localAwsFlags(aws: LocalAwsProcess): string[] {
  return ["--aws", `tcp://127.0.0.1:${aws.port}`, "--credentials", `file://${aws.credentialsFile}`];
}

interface Call {
  args: string[];
  cwd: string;
}

async function callStandIn(
  { args, cwd }: Call,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<CallResult> {
  let stdout = "";
  const stderr = keeping(progress);
  const exitCode = await callFunction({
    args,
    cwd,
    env: process.env,
    onStdout: (text) => {
      stdout += text;
    },
    onStderr: byLine(stderr.line),
    signal,
  });
  return { exitCode, stdout, stderr: stderr.text() };
}

async function callDagger(
  { args, cwd }: Call,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<CallResult> {
  const child = spawn("dagger", ["call", "--progress=plain", ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    // It colours its lines without a terminal too.
    env: { ...process.env, NO_COLOR: "1" },
    signal,
  });
  let stdout = "";
  const stderr = keeping(progress);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on("line", stderr.line);
  const [code] = (await once(child, "close")) as [number | null];
  return { exitCode: code ?? 1, stdout, stderr: stderr.text() };
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

/** Lines of a call's log that are kept: its error is at the end. */
const KEPT = 1000;

function keeping(progress: (line: string) => void) {
  const lines: string[] = [];
  return {
    line(line: string) {
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      progress(line);
    },
    text: () => lines.join("\n"),
  };
}

function byLine(progress: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) progress(line);
  };
}

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
  /** Result of the function. */
  stdout: string;
  /** Log and error of the function. */
  stderr: string;
}

/** Calls functions of the module, with the same arguments on the stand-in and on Dagger's engine. */
export interface ModuleCaller {
  /** Name that is shown to the user. */
  name: string;
  /** @param isLast True when no call follows. */
  call(args: string[], progress: (line: string) => void, isLast?: boolean): Promise<CallResult>;
  /** Closes the state that calls share. */
  close(): Promise<void>;
}

/**
 * Creates the caller. In this repository calls are made as by its users; in another repository, with `-m`.
 *
 * @param directory Working directory of the calls; this repository by default.
 * @throws {Error} The dagger CLI is required and not on the PATH.
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
      call: (args, progress, isLast = false) => callStandIn({ args: named(args), cwd, isLast }, progress, signal),
      close: closeStandIns,
    };
  }
  await requireDagger();
  // The engine belongs to the user and keeps running.
  return {
    name: "Dagger's engine",
    call: (args, progress) => callDagger({ args: named(args), cwd }, progress, signal),
    close: async () => {},
  };
}

/** Returns the constructor's flags for the local AWS; they precede the function. */
export function localAwsFlags(aws: LocalAwsProcess): string[] {
  return ["--aws", `tcp://127.0.0.1:${aws.port}`, "--credentials", `file://${aws.credentialsFile}`];
}

interface Call {
  args: string[];
  cwd: string;
}

async function callStandIn(
  call: Call & { isLast: boolean },
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<CallResult> {
  let stdout = "";
  const stderr = keeping(progress);
  const exitCode = await callFunction({
    ...call,
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
    // The CLI uses colours without a terminal too.
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
      "--engine dagger needs the dagger CLI, which is not on the PATH. Install it, or omit the option to use the stand-in.",
    );
  }
}

/** Maximum lines of a call's log that are kept: the error is at the end. */
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

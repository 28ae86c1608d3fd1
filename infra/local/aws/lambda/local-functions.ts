import { spawn } from "node:child_process";
import type { Clock } from "../clock.js";
import { type FunctionAnswer, functionNameOf, type HookFunctions, notFound, throttled } from "../ecs/hook-functions.js";
import type { Json, JsonObject } from "../protocol/service.js";
import { longestRun } from "./index.js";

/** Longest run of a Lambda function, in milliseconds. */
const LONGEST = longestRun * 1_000;
/** Largest response of a Lambda function, in bytes. */
const LARGEST = 6 * 1_048_576;

/** Lambda functions that are commands and URLs of this machine. */
export interface LocalFunctions extends HookFunctions {
  /** Ends the invocations that run. */
  close(): void;
}

/**
 * @param targets Command or URL by function name. A command receives the event as JSON on its standard input and writes its response to its
 * standard output; an exit code other than 0 is an exception. A URL receives the event by POST; 429 is throttling, any other status than 2xx an
 * exception.
 */
export function createLocalFunctions(
  targets: ReadonlyMap<string, string>,
  { clock, log }: { clock: Clock; log: (line: string) => void },
): LocalFunctions {
  const closed = new AbortController();

  async function invoke(functionArn: string, event: JsonObject): Promise<FunctionAnswer> {
    const name = functionNameOf(functionArn);
    const target = targets.get(name);
    if (target === undefined) return { refused: notFound(functionArn) };
    const ended = new AbortController();
    const cancel = clock.after(LONGEST, () => ended.abort());
    const signal = AbortSignal.any([ended.signal, closed.signal]);
    try {
      const body = JSON.stringify(event);
      const text = await (/^https?:\/\//.test(target) ? post(target, body, signal) : run(target, body, signal));
      if (text === undefined) return { refused: throttled };
      return { output: parsed(text) };
    } catch (error) {
      if (!closed.signal.aborted) log(`Lambda function ${name}: ${(error as Error).message}`);
      return { error: ended.signal.aborted ? "timeout" : "exception" };
    } finally {
      cancel();
    }
  }

  return {
    invoke(functionArn, event, answered) {
      void invoke(functionArn, event).then((answer) => {
        if (!closed.signal.aborted) answered(answer);
      });
    },
    exists: (functionArn) => targets.has(functionNameOf(functionArn)),
    close: () => closed.abort(),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error(`the response is not JSON: ${JSON.stringify(text.slice(0, 200))}`);
  }
}

/** Returns the response; undefined for a throttled invocation. */
async function post(url: string, body: string, signal: AbortSignal): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body, signal });
  const text = await response.text();
  if (response.status === 429) return undefined;
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${JSON.stringify(text.slice(0, 200))}`);
  return text;
}

function run(command: string, input: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that the end of a command ends the programs that it has started.
    const child = spawn("sh", ["-c", command], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    signal.addEventListener("abort", stop, { once: true });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > LARGEST) stop();
    });
    // A command that does not read its input closes it.
    child.stdin.on("error", () => {}).end(input);
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (code === 0) resolve(output);
      else reject(new Error(`the command ended with ${code === null ? "a signal" : `exit code ${code}`}`));
    });
  });
}

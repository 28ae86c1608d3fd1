import { spawn } from "node:child_process";
import { once } from "node:events";

/** Characters of a function's result, and of one line of the log, that are kept. */
const largest = 16 * 1024 * 1024;

/** Lines of the log's end that are kept: the error is there, and a report is one line. */
const longestEnding = 1_000;

/** @typedef {{ exitCode: number, stdout: string, ending: string[] }} Ended `ending`: the last lines of standard error. */

/**
 * Runs the call and shows its log as it comes. The runner's signals are passed on, so that a canceled job ends the call in order.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: Record<string, string | undefined>, show: (line: string) => void }} options
 * @returns {Promise<Ended>}
 */
export async function run(command, args, { cwd, env, show }) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM"]);
  for (const signal of signals) process.on(signal, pass);
  try {
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      if (stdout.length < largest) stdout += text;
    });
    /** @type {string[]} */
    let ending = [];
    let rest = "";
    let isCut = false;
    const take = (/** @type {string} */ line) => {
      show(line);
      ending.push(line);
      if (ending.length > 2 * longestEnding) ending = ending.slice(-longestEnding);
    };
    // At line feeds alone: a carriage return within a line of progress begins no line.
    child.stderr.setEncoding("utf8").on("data", (text) => {
      const [first = "", ...others] = text.split("\n");
      if (!isCut) rest += first;
      for (const next of others) {
        take(rest);
        rest = next;
      }
      isCut = rest.length > largest || (isCut && others.length === 0);
    });
    const [code, signal] = await once(child, "close");
    if (rest !== "") take(rest);
    return { exitCode: code ?? (signal === "SIGINT" ? 130 : 143), stdout, ending };
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

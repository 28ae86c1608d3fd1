/** The step of the action: calls Slipway once, and writes outputs, job summary and annotation. Its exit code is Slipway's. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { callOf, InputMistake } from "./call.mjs";
import { outcomeOf } from "./outcome.mjs";
import { outputLines, outputsOf } from "./outputs.mjs";
import { run } from "./run.mjs";
import { credentialsOf, credentialsVariable, environmentOf, redaction } from "./secrets.mjs";
import { withoutCommands } from "./stop-commands.mjs";
import { summaryOf } from "./summary.mjs";
import { errorCommand } from "./text.mjs";

/** @typedef {import("./outcome.mjs").Outcome} Outcome */

const { env } = process;
const redact = redaction(env);

process.exitCode = finish(await call());

/** @returns {Promise<Outcome>} */
async function call() {
  try {
    const { mode, args } = callOf(env, credentialsOf(env) && credentialsVariable);
    const ended = await withoutCommands(() =>
      run("dagger", ["call", ...args], {
        cwd: resolve(env.INPUT_WORKING_DIRECTORY || "."),
        env: environmentOf(env),
        show: (line) => console.log(redact(line)),
      }),
    );
    return outcomeOf(mode, ended);
  } catch (error) {
    const { code, message, path } = /** @type {NodeJS.ErrnoException} */ (error);
    if (error instanceof InputMistake) return { exitCode: 2, error: { code: "bad-input", message } };
    if (code !== "ENOENT" || path !== "dagger") throw error;
    const missing = `dagger was not started in ${env.INPUT_WORKING_DIRECTORY || "."}: the CLI is not on the PATH, or there is no such directory.`;
    return { exitCode: 2, error: { code: "no-dagger", message: missing } };
  }
}

/**
 * @param {Outcome} outcome
 * @returns The step's exit code.
 */
function finish(outcome) {
  write("GITHUB_OUTPUT", outputLines(outputsOf(outcome)));
  // The next step writes the summary of a deployment, from its report.
  const { RUNNER_TEMP: temp } = env;
  if (temp && env.INPUT_REPORT_FILES === "true" && outcome.report?.deployment?.arn) {
    writeFileSync(join(temp, "slipway-outcome.json"), JSON.stringify(outcome));
  } else write("GITHUB_STEP_SUMMARY", summaryOf(outcome));
  const { exitCode, report, error } = outcome;
  if (exitCode === 0) return 0;
  const { title, fix } = report?.diagnosis ?? {};
  const lines = report
    ? [report.reason, ...(title ? [`Cause: ${title}`, `Fix: ${fix}`] : []), ...(report.next ? [report.next] : [])]
    : (error?.message ?? "").split("\n").slice(0, 20);
  const heading = report ? `Slipway: ${report.verdict} ${report.release?.version}` : `Slipway: exit code ${exitCode}`;
  console.log(redact(errorCommand(heading, lines)));
  return exitCode;
}

/**
 * @param {string} file The runner's name for it.
 * @param {string} text
 */
function write(file, text) {
  const path = env[file];
  if (path) appendFileSync(path, redact(text));
}

/** The step after the call: rebuilds the report of the deploy as files, and writes the job summary. Its exit code is 0: the deploy has ended. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { reportCallOf } from "./call.mjs";
import { run } from "./run.mjs";
import { credentialsOf, credentialsVariable, environmentOf, redaction } from "./secrets.mjs";
import { withoutCommands } from "./stop-commands.mjs";
import { summaryOf } from "./summary.mjs";

const { env } = process;
const redact = redaction(env);
const temp = env.RUNNER_TEMP ?? ".";
const directory = join(temp, "slipway-report");

/** @type {import("./outcome.mjs").Outcome} */
const outcome = JSON.parse(readFileSync(join(temp, "slipway-outcome.json"), "utf8"));
const { report } = outcome;
const summary = (await rebuilt()) ?? summaryOf(outcome);
write("GITHUB_STEP_SUMMARY", summary);

/** @returns {Promise<string | undefined>} The report as Markdown; undefined where it could not be rebuilt. */
async function rebuilt() {
  const result = join(temp, "slipway-result.json");
  writeFileSync(result, JSON.stringify(report));
  mkdirSync(directory, { recursive: true });
  const args = reportCallOf(env, { credentials: credentialsOf(env) && credentialsVariable, result, directory });
  try {
    const { exitCode } = await withoutCommands(() =>
      run("dagger", ["call", ...args], {
        cwd: resolve(env.INPUT_WORKING_DIRECTORY || "."),
        env: environmentOf(env),
        show: (line) => console.log(redact(line)),
      }),
    );
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}`);
    const markdown = readFileSync(join(directory, "report.md"), "utf8");
    write("GITHUB_OUTPUT", `directory=${directory}\nname=${nameOf(report?.deployment?.arn)}\n`);
    return markdown;
  } catch (error) {
    console.log(
      `The report was not rebuilt: ${redact(String(/** @type {Error} */ (error).message))}. The deploy's verdict is not affected.`,
    );
    return undefined;
  }
}

/**
 * Returns the name of the artifact, which is another one for each deployment.
 *
 * @param {unknown} arn
 */
function nameOf(arn) {
  const id = String(arn ?? "")
    .split("/")
    .at(-1)
    ?.replace(/[^\w-]/g, "");
  return `slipway-report-${id}`;
}

/**
 * @param {string} file The runner's name for it.
 * @param {string} text
 */
function write(file, text) {
  const path = env[file];
  if (path) appendFileSync(path, redact(text));
}

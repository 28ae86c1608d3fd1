/** @typedef {import("./run.mjs").Ended} Ended */
/** @typedef {Record<string, any>} Json */
/**
 * Outcome of a call: a deploy's report, a plan, a published image, or an error.
 *
 * @typedef {{ exitCode: number, report?: Json, plan?: Json, image?: string, error?: { code: string, message: string } }} Outcome
 */

/**
 * Reads the outcome of a call. A result counts only from output that the CLI alone writes: standard output of a call that succeeded, and the
 * end of standard error of one that failed, after the CLI's line `Stderr:` and with the call's own exit code in it. In plain mode each
 * line of progress begins with a number, so that no output of a build or a test stands there.
 *
 * @param {string} mode
 * @param {Ended} ended
 * @returns {Outcome}
 */
export function outcomeOf(mode, { exitCode, stdout, ending }) {
  if (exitCode !== 0) {
    const at = ending.lastIndexOf("Stderr:");
    const last = (at < 0 ? [] : ending.slice(at + 1))
      .flatMap((line) => (/^\{"type":"(report|error)"/.test(line) ? (parse(line) ?? []) : []))
      .findLast((one) => one.exitCode === exitCode);
    if (last?.type === "report") return { exitCode, report: last };
    if (last) return { exitCode, error: { code: String(last.code), message: String(last.message) } };
    const shown = ending.findLast((line) => line.startsWith("Error: "))?.slice("Error: ".length);
    return {
      exitCode,
      error: { code: "no-report", message: shown ?? "The call ended without a report. Its log is above." },
    };
  }
  if (mode === "publish") return { exitCode, image: stdout.trim() };
  const result = parse(mode === "plan" ? stdout : (stdout.trim().split("\n").at(-1) ?? ""));
  if (mode === "plan" && typeof result?.hash === "string") return { exitCode, plan: result };
  if (mode === "deploy" && result?.type === "report") return { exitCode, report: result };
  return {
    exitCode: 1,
    error: { code: "no-report", message: "The call succeeded, but returned no report. Its log is above." },
  };
}

/**
 * @param {string} text
 * @returns {Json | undefined}
 */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

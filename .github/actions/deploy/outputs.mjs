import { randomUUID } from "node:crypto";

/** @typedef {import("./outcome.mjs").Outcome} Outcome */

/** Bytes of the report: below what one variable of a process may hold, 128 KiB on Linux. https://man7.org/linux/man-pages/man2/execve.2.html */
const largestReport = 100_000;

/**
 * Returns the action's outputs by their names.
 *
 * @param {Outcome} outcome
 * @returns {Record<string, string>}
 */
export function outputsOf({ exitCode, report, plan, image, error }) {
  const release = report?.release ?? plan?.release;
  const published = image ?? release?.image;
  return texts({
    verdict: report?.verdict,
    url: originOf(report?.http?.url),
    "exit-code": exitCode,
    version: release?.version,
    digest: release?.digest ?? /@(sha256:[0-9a-f]{64})$/.exec(image ?? "")?.[1],
    image: published,
    "task-definition-arn": report?.taskDefinition,
    "service-deployment-arn": report?.deployment?.arn,
    "plan-hash": plan?.hash,
    "plan-refused": plan && plan.isRefused === true,
    "plan-changes": plan && plan.isNothing !== true,
    report: bounded(report ?? plan ?? error ?? { image: published }),
  });
}

/**
 * Returns the origin of a URL; undefined for any other text.
 *
 * @param {unknown} text
 */
function originOf(text) {
  const url = String(text ?? "");
  return /^https?:/.test(url) && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** @param {Record<string, unknown>} values */
function texts(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === undefined ? "" : `${value}`]),
  );
}

/**
 * Omits the largest members of a value that is too large, and names them in `omitted`.
 *
 * @param {Record<string, any>} data
 */
function bounded(data) {
  const parts = Object.entries(data).map(([name, value]) => ({ name, size: sizeOf(value) }));
  const largest = parts.sort((one, other) => other.size - one.size).map(({ name }) => name);
  for (let count = 0; count <= largest.length; count++) {
    const omitted = largest.slice(0, count);
    const rest = Object.fromEntries(Object.entries(data).filter(([name]) => !omitted.includes(name)));
    const text = JSON.stringify(count === 0 ? rest : { ...rest, omitted });
    if (Buffer.byteLength(text) <= largestReport) return text;
  }
  return "{}";
}

/** @param {unknown} value */
function sizeOf(value) {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}

/**
 * Returns the lines of GITHUB_OUTPUT. The delimiter is random, so that no value can end itself and set another output.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 *
 * @param {Record<string, string>} outputs
 */
export function outputLines(outputs) {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `end-${randomUUID()}`;
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join("");
}

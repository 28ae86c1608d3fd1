import { markdown, preformatted } from "./text.mjs";

/** @typedef {import("./outcome.mjs").Outcome} Outcome */
/** @typedef {import("./outcome.mjs").Json} Json */

/** Changes and findings, and the characters of one cell and one finding's text: a summary stays below the 1 MiB that GitHub takes. */
const most = 50;
const longestCell = 300;
const longestFinding = 500;

/**
 * Returns the job summary, as Markdown.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 *
 * @param {Outcome} outcome
 */
export function summaryOf({ exitCode, report, plan, image, error }) {
  const parts = report
    ? reportParts(report)
    : plan
      ? planParts(plan)
      : image !== undefined
        ? ["### Slipway: published", markdown(image)]
        : [`### Slipway: ${exitCode === 2 ? "refused" : "no verdict"}`, ...lines(error?.message ?? "")];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n\n`;
}

/** @param {Json} report */
function reportParts({ verdict, reason, where, release, from, taskDefinition, deployment, ...rest }) {
  const { startedAt, endedAt, diagnosis, log, next } = rest;
  return [
    `### Slipway: ${markdown(verdict)} ${markdown(release?.version)}`,
    markdown(reason),
    diagnosis ? `**Cause:** ${markdown(diagnosis.title)}` : "",
    diagnosis ? `**Fix:** ${markdown(diagnosis.fix)}` : "",
    next ? `**Next:** ${markdown(next)}` : "",
    diagnosis ? preformatted(list(diagnosis.evidence), 20) : "",
    ...logParts(log),
    table([
      ["service", serviceOf(where)],
      ["from", `${from?.version ?? "no version"} (${shortName(from?.taskDefinition)})`],
      ["to", `${release?.version} (${shortName(taskDefinition)})`],
      ["digest", release?.digest],
      ["deployment", deployment?.id ?? deployment?.arn],
      ["time", Number.isFinite(endedAt - startedAt) ? `${Math.round((endedAt - startedAt) / 1000)} s` : undefined],
      ["tests", release?.untested ? "not tested" : undefined],
    ]),
  ];
}

/** @param {Json | undefined} log */
function logParts(log) {
  if (!log) return [];
  if (log.unavailable !== undefined) return [`**Log:** not available: ${markdown(log.unavailable)}`];
  const place = `${log.group}/${log.stream}`;
  return [
    `<details open><summary>End of the log ${markdown(place)}</summary>`,
    preformatted(list(log.lines)),
    "</details>",
  ];
}

/** @param {Json} plan */
function planParts({ hash, where, release, from, changes, service, findings, isNothing, isRefused }) {
  const outcome = isNothing ? "changes nothing" : isRefused ? "would be refused" : "can be deployed";
  const { desiredCount } = service ?? {};
  return [
    `### Slipway: the plan of ${markdown(release?.version)} ${outcome}`,
    table([
      ["plan", hash],
      ["service", serviceOf(where)],
      ["from", `${from?.version ?? "no version"} (${shortName(from?.taskDefinition)})`],
      ["digest", release?.digest],
      ...list(changes)
        .slice(0, most)
        .map((it) => [it?.what, it?.from === undefined ? it?.to : `${it.from} → ${it.to}`]),
      ["desired count", desiredCount && `${desiredCount.from} → ${desiredCount.to}`],
    ]),
    ...list(findings)
      .slice(0, most)
      .flatMap((it) => [
        `**${markdown(it?.ignored ? "ignored" : it?.level, 50)} ${markdown(it?.id, 50)}:** ` +
          `${markdown(it?.what, longestFinding)}<br>Fix: ${markdown(it?.fix, longestFinding)}`,
      ]),
  ];
}

/** @param {string} message */
function lines(message) {
  const [first, ...rest] = message.trimEnd().split("\n");
  return [markdown(first), rest.length > 0 ? preformatted(rest) : ""];
}

/** @param {unknown[][]} rows Those without a value are left out. */
function table(rows) {
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  return [
    "| | |",
    "|---|---|",
    ...shown.map(([name, value]) => `| ${markdown(name, longestCell)} | ${markdown(value, longestCell)} |`),
  ].join("\n");
}

/** @param {Json | undefined} where */
function serviceOf(where) {
  return where && `${where.service} in ${where.cluster}, ${where.region}, account ${where.account}`;
}

/** @param {unknown} arn */
function shortName(arn) {
  return String(arn ?? "")
    .split("/")
    .at(-1);
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function list(value) {
  return Array.isArray(value) ? value : [];
}

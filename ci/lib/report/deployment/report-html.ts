import { shortArns } from "../../common/aws-names.js";
import type { DeploymentReport, TaskLog, TaskReport } from "../../rollout/reconstruct/deployment-report.js";
import { verdicts } from "../../rollout/verdicts.js";
import { html, Markup, plainText, withCode } from "./markup.js";
import { answers, eventText, facts, headline, revisionText, sinceStart, stateText, timeText } from "./overview.js";
import { colours } from "./timeline-style.js";

/** Maximum number of log lines of one task in the page, and of characters in each. */
const longestLog = { lines: 40, characters: 400 };

/**
 * Makes the page of a report: one file that loads nothing. Its policy forbids scripts and requests, so that a text of others can't begin
 * one.
 * @param timeline The SVG of `timelineSvg`.
 */
export function reportHtml(report: DeploymentReport, timeline: string): string {
  const { where, diagnosis, limits, tasks, events } = report;
  // The diagnosed task's log comes first.
  const cause = diagnosis && report.logs[0];
  const logs = cause ? report.logs.slice(1) : report.logs;
  const title = `${headline(report)} – ${where.service}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(`${colours}\n${layout}`)}</style>
</head>
<body>
<main>
<header class="${mood(report)}">
<h1>${headline(report)}</h1>
<p>${where.service} in ${where.cluster}, ${where.region}, ${timeText(report, report.deployment.createdAt)}${report.console ? html`, in the console: ${link(report.console.service, "service")}, ${link(report.console.deployments, "deployments")}` : undefined}</p>
</header>
<dl class="answers">
${answers(report).map(([name, text]) => html`<dt>${name}</dt><dd>${withCode(plainText(text, 2_000))}</dd>\n`)}</dl>
${diagnosis && diagnosis.evidence.length > 0 ? html`<h2>Evidence</h2>\n${lines(diagnosis.evidence.slice(0, 20).map(shortArns))}` : undefined}
${cause ? logPart(cause) : undefined}
<h2>Timeline</h2>
<div class="wide" tabindex="0" role="region" aria-label="Timeline">
${new Markup(timeline)}
</div>
<p class="faint">Bars: tasks of the new revision, of the old one, and those that a rollback restored. Numbers: the events below. Dashed lines: the start of a rollback and the end of the deployment.</p>
${logs.length > 0 ? html`<h2>${cause ? "Further logs" : "Logs"}</h2>\n${logs.map(logPart)}` : undefined}
<h2>Tasks</h2>
${table(
  "Tasks",
  ["task", "group", "release", "state", "started", "stopped", "reason"],
  tasks.map((task) => taskRow(report, task)),
)}
<h2>Events</h2>
${table(
  "Events",
  ["number", "time", "message"],
  events.map((event, index) => [String(index + 1), sinceStart(report, event.at), eventText(event)]),
)}
${failuresPart(report)}
<h2>Facts</h2>
<table><caption>Facts</caption><tbody>
${facts(report).map(([name, text]) => html`<tr><th scope="row">${name}</th><td>${text}</td></tr>\n`)}</tbody></table>
<h2>Limits of this report</h2>
<ul>${limits.map((limit) => html`<li>${limit}</li>`)}</ul>
<footer class="faint">Made ${timeText(report, report.at)} by Slipway from what AWS returned. Times such as +1:05 are minutes and seconds after the start of the deployment. <code>report.json</code> has the same facts.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

const layout = `
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 16px; }
header { border-left: 8px solid var(--wait); padding: 2px 0 2px 16px; }
header.good { border-color: var(--good); } header.bad { border-color: var(--bad); }
h1 { margin: 0; font-size: 26px; overflow-wrap: anywhere; } header p { margin: 0; color: var(--faint); overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; font-size: 18px; }
dl.answers { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 20px 0 0; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } .wide > svg { display: block; width: 100%; min-width: 960px; height: auto; }
.wide > table.many { min-width: 760px; } a { color: var(--new); } code { font: 0.9em ui-monospace, monospace; background: var(--box); padding: 1px 4px; border-radius: 4px; }
.faint { color: var(--faint); font-size: 13px; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: 10px; margin: 0 0 12px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.45 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: 13px; } caption { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--faint); font-weight: 600; white-space: nowrap; } tbody th { font-weight: 400; } tbody th, td.short { white-space: nowrap; } h3 { margin: 12px 0 6px; font-size: 14px; font-weight: 600; } h3 span { font-weight: 400; }
@media (max-width: 600px) { dl.answers { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
@media print { main { max-width: none; padding: 0; } .wide { overflow: visible; } .wide > svg, .wide > table.many { min-width: 0; } tr, dd, pre { break-inside: avoid; } h2, h3 { break-after: avoid; } }
`;

function mood({ verdict }: DeploymentReport): "good" | "bad" | "open" {
  if (verdict === "in-progress" || verdict === "paused") return "open";
  return verdicts[verdict].exitCode === 0 ? "good" : "bad";
}

function logPart({ task, container, log, console }: TaskLog): Markup {
  const id = task.slice(0, 8);
  if ("unavailable" in log) return html`<p>Task ${id}, container ${container}: not shown: ${log.unavailable}</p>`;
  const shown = log.lines.length > 0 ? lines(log.lines.slice(-longestLog.lines)) : html`<p>Nothing was written.</p>`;
  const place = `${log.group} ${log.stream}`;
  return html`<h3>End of the log of task ${id}, container ${container} <span class="faint">${console === undefined ? place : link(console, place)}</span></h3>\n${shown}`;
}

/** Only an address of a web page is a link. */
function link(address: string, text: string): Markup {
  return address.startsWith("https://") ? html`<a href="${address}">${text}</a>` : html`${text}`;
}

function lines(texts: readonly string[]): Markup {
  return html`<pre>${texts.map((text) => html`${plainText(text, longestLog.characters)}\n`)}</pre>\n`;
}

function taskRow(report: DeploymentReport, task: TaskReport): string[] {
  const { id, group, version, taskDefinition, phases, stoppedReason = "", status } = task;
  const started = phases.find(({ name }) => name === "running")?.from;
  const last = phases.at(-1)?.to;
  return [
    id.slice(0, 8),
    task.failed ? `${group}, failed` : group,
    revisionText({ taskDefinition, ...(version !== undefined && { version }) }),
    stateText(task),
    started === undefined ? "" : sinceStart(report, started),
    status !== "STOPPED" || last === undefined ? "" : sinceStart(report, last),
    stoppedReason,
  ];
}

/** The first cell of a row names it. */
function table(caption: string, head: string[], rows: string[][]): Markup {
  if (rows.length === 0) return html`<p>None that ECS still returns.</p>`;
  const body = rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map(tableCell)}</tr>\n`);
  return html`<div class="wide"><table class="${head.length > 4 ? "many" : "few"}"><caption>${caption}</caption><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${body}</tbody></table></div>`;
}

/** A short text is not broken into lines: the long ones beside it are. */
function tableCell(text: string): Markup {
  return text.length <= 32 ? html`<td class="short">${text}</td>` : html`<td>${plainText(text, 400)}</td>`;
}

function failuresPart(report: DeploymentReport): Markup | undefined {
  const { requests } = report;
  if (!requests || requests.failures.length === 0) return undefined;
  const rows = requests.failures.map(({ at, answered }) => [sinceStart(report, at), answered]);
  return html`<h2>Failed requests</h2>\n${table("Failed requests", ["time", "response"], rows)}`;
}

import { shortArns } from "../../common/aws-names.js";
import type { DeploymentReport, TaskLog, TaskReport } from "../../rollout/reconstruct/deployment-report.js";
import { html, markdown } from "./markup.js";
import { answers, eventText, facts, headline, revisionText, sinceStart, stateText } from "./overview.js";

/** Maximum number of tasks, events and lines: GitHub takes a job summary of 1 MiB, and a reader a page. */
const most = { tasks: 50, events: 100, lines: 40 };

/** Makes the report as Markdown, such as for the job summary of GitHub: its first screen answers what happened and what to do. */
export function reportMarkdown(report: DeploymentReport): string {
  const { diagnosis, logs, tasks, events, limits } = report;
  const parts = [
    `## Slipway: ${markdown(headline(report))}`,
    ...answers(report).map(([name, text]) => `**${name}:** ${markdown(text, 2_000)}`),
    ...(diagnosis && diagnosis.evidence.length > 0
      ? [preformatted(diagnosis.evidence.slice(0, 20).map(shortArns))]
      : []),
    // A log is read at once only where it shows a cause.
    ...logs.map((one, index) => logPart(one, diagnosis !== undefined && index === 0)),
    ...consoleLine(report),
    table(["fact", "value"], facts(report)),
    ...folded(`Tasks (${tasks.length})`, taskTable(report, tasks)),
    ...folded(`Events (${events.length})`, eventTable(report)),
    ...folded("Limits of this report", limits.map((limit) => `- ${markdown(limit)}`).join("\n")),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Only an address of a web page is a link; within HTML no Markdown is read. */
function linked(text: string, address: string): string {
  return address.startsWith("https://") ? html`<a href="${address}">${text}</a>`.text : "";
}

function logPart({ task, container, log, console }: TaskLog, isOpen: boolean): string {
  const where = console === undefined ? "" : `, ${linked("in the console", console)}`;
  const name = `task ${markdown(task.slice(0, 8))}, container ${markdown(container)}`;
  if ("unavailable" in log) return `**Log** of ${name}: not shown: ${markdown(log.unavailable)}`;
  const shown = log.lines.length > 0 ? preformatted(log.lines.slice(-most.lines)) : "Nothing was written.";
  const opened = isOpen ? " open" : "";
  return `<details${opened}><summary>End of the log of ${name}${where}</summary>\n\n${shown}\n\n</details>`;
}

function consoleLine({ console }: DeploymentReport): string[] {
  if (!console) return [];
  return [`In the AWS console: ${linked("service", console.service)}, ${linked("deployments", console.deployments)}`];
}

function taskTable(report: DeploymentReport, tasks: readonly TaskReport[]): string {
  // Failed tasks are read first.
  const shown = [...tasks.filter(({ failed }) => failed), ...tasks.filter(({ failed }) => !failed)].slice(
    0,
    most.tasks,
  );
  const rows = shown.map((task) => {
    const { id, group, version, taskDefinition, phases, stoppedReason = "" } = task;
    const release = revisionText({ taskDefinition, ...(version !== undefined && { version }) });
    const started = phases.find(({ name }) => name === "running")?.from;
    const state = `${task.failed ? "failed: " : ""}${stateText(task)}`;
    return [
      id.slice(0, 8),
      group,
      release,
      state,
      started === undefined ? "" : sinceStart(report, started),
      stoppedReason,
    ];
  });
  return rows.length === 0 ? "" : table(["task", "group", "release", "state", "started", "reason"], rows);
}

function eventTable(report: DeploymentReport): string {
  const rows = report.events.slice(-most.events).map((event) => [sinceStart(report, event.at), eventText(event)]);
  return rows.length === 0 ? "" : table(["time", "message"], rows);
}

function folded(summary: string, content: string): string[] {
  return content === "" ? [] : [`<details><summary>${summary}</summary>\n\n${content}\n\n</details>`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    `|${head.map(() => "---|").join("")}`,
    ...rows.map((cells) => line(cells.map((cell) => markdown(cell, 300)))),
  ].join("\n");
}

/** Between the tags of `pre` no Markdown is read: https://spec.commonmark.org/0.31.2/#html-blocks */
function preformatted(lines: readonly string[]): string {
  return html`<pre>\n${lines.map((line) => html`${line === "" ? " " : line}\n`)}</pre>`.text;
}

import { nameIn } from "../common/aws-names.js";
import { neutral, neutralJson } from "../common/foreign-text.js";
import type { ConsoleLinks } from "../ecs/console-links.js";
import type { ExplainedRecord } from "../rollout/history/explain-history.js";
import { utcTime, zonedTime } from "./local-time.js";
import { inFlightText } from "./status-text.js";

/** Choices of how a history is shown. */
export interface HistoryView {
  /** A second column of times, in this time zone. */
  timeZone?: string | undefined;
  links?: ConsoleLinks | undefined;
}

/** Formats the last deployments for people: one line each and the causes of failures below, the newest first. */
export function formatHistory(history: readonly ExplainedRecord[], { timeZone, links }: HistoryView = {}): string {
  if (history.length === 0) return "ECS remembers no deployment of this service: it keeps them for 90 days.\n";
  const columns = columnsOf(timeZone, history);
  const rows = [
    columns.map(([name]) => name),
    ...history.map((past) => columns.map(([, cell]) => neutral(cell(past) ?? "-", 100))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  const [head = "", ...lines] = rows.map((cells) => line(cells).trimEnd());
  const body = history.flatMap(({ why, ending, deployment }, index) => [
    lines[index] ?? "",
    ...(why ? [`  cause: ${causeText(why)}`] : []),
    ...(isInFlight(ending, deployment) ? [`  now: ${neutral(inFlightText(deployment))}`] : []),
  ]);
  return `${[head, ...body, ...footer(history, links)].join("\n")}\n`;
}

type Column = [name: string, cell: (past: ExplainedRecord) => string | undefined];

function columnsOf(timeZone: string | undefined, history: readonly ExplainedRecord[]): Column[] {
  const local: Column[] = timeZone === undefined ? [] : [[timeZone, (past) => zonedTime(past.startedAt, timeZone)]];
  const run: Column[] = history.some(({ runId }) => runId !== undefined) ? [["run", ({ runId }) => runId]] : [];
  const isShifted = history.some(({ deployment }) => deployment?.shift);
  const strategy: Column[] = isShifted ? [["strategy", ({ deployment }) => deployment?.shift?.strategy]] : [];
  return [
    ["started", ({ startedAt }) => utcTime(startedAt)],
    ...local,
    ["took", (past) => durationText(durationOf(past))],
    ["ended as", ({ ending }) => ending],
    ...strategy,
    ["version", ({ version }) => version],
    ["revision", ({ taskDefinition }) => nameIn(taskDefinition)],
    ["digest", ({ digest }) => digest?.slice(0, "sha256:".length + 12)],
    ["by", ({ who }) => who],
    ["commit", ({ commit }) => commit?.slice(0, 12)],
    ...run,
  ];
}

/** A rolling deployment has no stage, weight or hook to show. */
function isInFlight(
  ending: ExplainedRecord["ending"],
  deployment: ExplainedRecord["deployment"],
): deployment is NonNullable<ExplainedRecord["deployment"]> {
  return ending === "unfinished" && deployment?.lifecycleStage !== undefined;
}

function causeText({ title, evidence: [first] }: NonNullable<ExplainedRecord["why"]>): string {
  return neutral(first === undefined ? title : `${title} (${first})`, 200);
}

function footer(history: readonly ExplainedRecord[], links: ConsoleLinks | undefined): string[] {
  const durations = history.flatMap((past) => durationOf(past) ?? []).reverse();
  const sorted = [...durations].sort((a, b) => a - b);
  const median = durationText(sorted[Math.floor((sorted.length - 1) / 2)]);
  const longest = durationText(sorted.at(-1));
  return [
    ...failureLines(history),
    ...(durations.length < 2
      ? []
      : ["", `durations ${sparkline(durations)} from the oldest to the newest: median ${median}, longest ${longest}`]),
    ...(links ? ["", `console   ${links.deployments}`] : []),
  ];
}

/** The newest deploy may be a failed one that an automatic rollback has followed. */
function failureLines(history: readonly ExplainedRecord[]): string[] {
  const [newest, before] = history;
  const last = newest?.undoes !== undefined && newest.undoes === before?.taskDefinition ? before : newest;
  if (!last?.why) return [];
  const { fix } = last.why;
  return [
    "",
    ...(fix === undefined ? [] : [`fix       ${neutral(fix, 400)}`]),
    `next      \`report --deployment ${neutral(nameIn(last.arn), 100)} -o report\` shows its tasks, events and logs`,
  ];
}

const blocks = [..."▁▂▃▄▅▆▇█"];

/** Draws values as blocks whose heights are in proportion to the largest. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(...values, 1);
  return values.map((value) => blocks[Math.round((value / largest) * (blocks.length - 1))]).join("");
}

function durationOf({ startedAt, finishedAt }: ExplainedRecord): number | undefined {
  return finishedAt === undefined ? undefined : finishedAt - startedAt;
}

function durationText(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Formats the last deployments for machines, with whole ARNs and times in ISO 8601. */
export function historyJson(
  where: { account: string; region: string; cluster: string; service: string },
  history: readonly ExplainedRecord[],
  links?: ConsoleLinks,
): string {
  const { account, region, cluster, service } = where;
  const deployments = history.map((past) => {
    const { startedAt, finishedAt, ending, wentBackFrom, undoes, why } = past;
    const { arn, taskDefinition, version, digest, commit, runId, who } = past;
    const duration = durationOf(past);
    return {
      ...{ arn, taskDefinition, outcome: ending, version, digest, commit, runId, registeredBy: who },
      startedAt: new Date(startedAt).toISOString(),
      ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt).toISOString() }),
      ...(duration !== undefined && { durationSeconds: duration / 1000 }),
      ...{ rolledBackFrom: wentBackFrom, replaces: undoes, cause: why },
    };
  });
  const document = { account, region, cluster, service, ...(links && { console: links }), deployments };
  return `${neutralJson(JSON.stringify(document, null, 2))}\n`;
}

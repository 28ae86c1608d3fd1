import type { DuringRollout } from "../../ci/lib/rollout/verify/during-rollout.js";
import { quantile } from "../common/quantile.js";
import type { Drill } from "./drill.js";
import { type DrillResult, formatEnding, mistakes } from "./drill-result.js";

const head = ["drill", "true", "verdict", "s after truth", "s in all", "API calls", "diagnosis"];

/** Formats the results of drills as a Markdown table: one row a drill, with the longest delay where it ran at several phases. Pure. */
export function formatDrills(played: readonly DrillResult[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((each) => each.replaceAll("|", "\\|")).join(" | ")} |`;
  const byName = new Map<string, DrillResult[]>();
  for (const each of played) byName.set(each.drill.name, [...(byName.get(each.drill.name) ?? []), each]);
  const rows = [...byName.values()].map((runs) => line(row(runs)));
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows].join("\n");
}

/**
 * Formats the sum: `84 of 84 right. From the truth to the verdict, where it could be seen: endings: median 1.5 s, p95 6.1 s, last 62.0 s
 * (half-serve-the-old-version); …`. Ends of a rollout are counted apart from interventions of other users, and once more without the
 * drills in which AWS does not answer. Pure.
 */
export function formatSum(played: readonly DrillResult[]): string {
  const right = played.filter((each) => mistakes(each).length === 0).length;
  const late = played.filter((each) => each.delay !== undefined);
  const endings = late.filter((each) => !isIntervention(each));
  const answered = endings.filter(({ drill }) => !isUnanswered(drill));
  const parts = [
    ...formatDelays("endings", endings),
    ...(answered.length < endings.length ? formatDelays("endings while AWS answers", answered) : []),
    ...formatDelays("interventions", late.filter(isIntervention)),
  ];
  const sum = `${right} of ${played.length} right.`;
  return parts.length === 0
    ? sum
    : `${sum} From the truth to the verdict, where it could be seen: ${parts.join("; ")}.`;
}

/** Another user stopped, replaced, deleted or paused the rollout: nothing announces it. */
function isIntervention({ reported }: DrillResult): boolean {
  return "verdict" in reported && ["superseded", "stopped", "paused"].includes(reported.verdict);
}

function isUnanswered({ scenario }: Drill): boolean {
  return scenario.aws?.faults?.some(({ kind }) => ["silent", "delayed", "unavailable"].includes(kind)) ?? false;
}

function formatDelays(what: string, played: readonly DrillResult[]): string[] {
  const late = [...played].sort((one, other) => delayOf(one) - delayOf(other));
  const last = late.at(-1);
  if (!last) return [];
  const at = (share: number) => `${quantile(late.map(delayOf), share).toFixed(1)} s`;
  return [`${what}: median ${at(0.5)}, p95 ${at(0.95)}, last ${at(1)} (${last.drill.name})`];
}

const delayOf = ({ delay = 0 }: DrillResult) => delay;

function row(runs: readonly DrillResult[]): string[] {
  const played = (runs.find((each) => mistakes(each).length > 0) ?? runs[0]) as DrillResult;
  const { drill, state, rolledBack, reported, delay } = played;
  return [
    drill.name,
    rolledBack ? `${state} by its own rollback` : state,
    `${mistakes(played).length > 0 ? "**wrong:** " : ""}${formatEnding(reported)}`,
    delay === undefined ? "" : Math.max(...runs.map(delayOf)).toFixed(1),
    medianOf(runs.map(({ took }) => took)).toFixed(0),
    String(medianOf(runs.map(({ calls }) => calls))),
    diagnosisOf(played),
  ];
}

function medianOf(numbers: readonly number[]): number {
  return quantile(
    numbers.toSorted((one, other) => one - other),
    0.5,
  );
}

function diagnosisOf({ reported }: DrillResult): string {
  const cause =
    "verdict" in reported
      ? (reported.diagnosis ?? failuresIn(reported.during))
      : (reported.message.split("\n")[1]?.trim() ?? reported.message);
  const text = cause.replace(/\btask [0-9a-f]{32} /, "").replace(/\S+@sha256:[0-9a-f]{64}/g, "the image");
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function failuresIn(during: DuringRollout | undefined): string {
  const { requests, failed = 0, failures = [] } = during ?? {};
  return failed > 0 ? `${failed} of ${requests} requests failed during the rollout: ${failures[0]?.answered}` : "";
}

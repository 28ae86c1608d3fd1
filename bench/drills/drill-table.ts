import type { DuringRollout } from "../../ci/lib/rollout/verify/during-rollout.js";
import { type DrillResult, formatEnding, mistakes } from "./drill-result.js";

const head = ["drill", "true", "verdict", "s after truth", "s in all", "API calls", "diagnosis"];

/** Formats the results of drills as a Markdown table. Pure. */
export function formatDrills(played: readonly DrillResult[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((each) => each.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...played.map((each) => line(row(each)))].join("\n");
}

/**
 * Formats the sum: `84 of 84 right. From the truth to the verdict, where it could be seen: median 1.5 s, p95 6.1 s, last 62.0 s
 * (half-serve-the-old-version).` Pure.
 */
export function formatSum(played: readonly DrillResult[]): string {
  const right = played.filter((each) => mistakes(each).length === 0).length;
  const sum = `${right} of ${played.length} right.`;
  const late = played.flatMap(({ drill, delay }) => (delay === undefined ? [] : [{ name: drill.name, delay }]));
  late.sort((one, other) => one.delay - other.delay);
  const last = late.at(-1);
  if (!last) return sum;
  const at = (share: number) => `${late[Math.floor((late.length - 1) * share)]?.delay.toFixed(1)} s`;
  return `${sum} From the truth to the verdict, where it could be seen: median ${at(0.5)}, p95 ${at(0.95)}, last ${at(1)} (${last.name}).`;
}

function row(played: DrillResult): string[] {
  const { drill, state, rolledBack, reported: said, delay, took, calls } = played;
  return [
    drill.name,
    rolledBack ? `${state} by its own undo` : state,
    `${mistakes(played).length > 0 ? "**wrong:** " : ""}${formatEnding(said)}`,
    delay === undefined ? "" : delay.toFixed(1),
    took.toFixed(0),
    String(calls),
    diagnosisOf(played),
  ];
}

function diagnosisOf({ reported: said }: DrillResult): string {
  const cause =
    "verdict" in said
      ? (said.diagnosis ?? failuresIn(said.during))
      : (said.message.split("\n")[1]?.trim() ?? said.message);
  const text = cause.replace(/\btask [0-9a-f]{32} /, "").replace(/\S+@sha256:[0-9a-f]{64}/g, "the image");
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function failuresIn(during: DuringRollout | undefined): string {
  const { asked, failed = 0, failures = [] } = during ?? {};
  return failed > 0 ? `${failed} of ${asked} requests failed on the way: ${failures[0]?.answered}` : "";
}

import type { Step } from "./step.js";

/** The steps as aligned columns: name, time, outcome, versions served, requests answered and failed. */
export function formatTable(steps: Step[]): string {
  const rows = steps.map((step) => [
    step.name,
    `${step.seconds.toFixed(1)} s`,
    step.outcome,
    step.load ? [...step.load.versions].map(([version, count]) => `${version} ×${count}`).join(", ") : "",
    step.load ? `${step.load.ok} ok, ${step.load.failed} failed` : "",
  ]);
  const all = [["step", "time", "outcome", "versions served", "requests"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

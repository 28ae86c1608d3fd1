import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import type { DeploymentRecord } from "../rollout/history/deployment-record.js";

/** Formats the last deployments for people: one line each, the newest first. */
export function formatHistory(history: readonly DeploymentRecord[]): string {
  if (history.length === 0) return "ECS remembers no deployment of this service: it keeps them for 90 days.\n";
  const rows = [
    ["started", "took", "ended as", "version", "revision", "digest", "by", "commit"],
    ...history.map((past) => row(past).map((cell) => neutral(cell, 100))),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return `${rows.map((cells) => line(cells).trimEnd()).join("\n")}\n`;
}

function row(past: DeploymentRecord): string[] {
  return [
    new Date(past.startedAt).toISOString().replace(/\.\d+Z$/, "Z"),
    past.finishedAt === undefined ? "-" : `${Math.round((past.finishedAt - past.startedAt) / 1000)} s`,
    past.ending,
    past.version ?? "-",
    nameIn(past.taskDefinition),
    past.digest?.slice(0, "sha256:".length + 12) ?? "-",
    past.who ?? "-",
    past.commit?.slice(0, 12) ?? "-",
  ];
}

import type { ComparisonResult } from "./compare.js";
import type { Tool, ToolReport } from "./tool.js";

/** Date, machine and settings of a comparison. */
export interface ComparisonConditions {
  date: string;
  machine: string;
  versions: string[];
  /** Duration of the whole comparison. */
  seconds: number;
  /** Number of rollouts that ran at the same time. */
  jobs: number;
  speed: string;
}

/** Formats the comparison as Markdown: a matrix as a summary, then every result. Pure. */
export function formatComparison(results: readonly ComparisonResult[], serviceRecord: ComparisonConditions): string {
  const tools = [...new Set(results.map(({ tool }) => tool))];
  const drills = [...new Set(results.map(({ drill }) => drill))];
  const of = (drill: ComparisonResult["drill"], tool: Tool) =>
    results.find((each) => each.drill === drill && each.tool === tool);
  const matrix = drills.map((drill) => [drill.name, ...tools.map((tool) => cell(of(drill, tool)))]);
  const right = tools.map((tool) => {
    const mine = results.filter((each) => each.tool === tool);
    return `${mine.filter((each) => each.right).length} of ${mine.length}`;
  });
  const details = results.map((each) => [
    each.drill.name,
    nameOf(each.tool),
    each.outcome,
    each.right ? "right" : "**wrong**",
    wordOf(each.reported),
    each.delay === undefined ? "" : each.delay.toFixed(1),
    each.took.toFixed(1),
    String(each.calls),
    `${each.reported.message.slice(0, 100)}${each.deregistered ? " (leaves the service on a deregistered revision)" : ""}`,
  ]);
  return [
    introduction(serviceRecord),
    table(["drill", ...tools.map(nameOf)], [...matrix, ["**right**", ...right]]),
    table(["drill", "tool", "truth", "", "reported", "s after truth", "s in all", "API calls", "message"], details),
  ].join("\n\n");
}

const nameOf = ({ name, settings }: Tool) => `${name} (${settings})`;

function wordOf({ verdict, success, killed }: ToolReport): string {
  if (killed) return "nothing";
  return verdict ?? (success ? "success" : "failure");
}

/** Such as `success, 1.2 s, 31 calls`. */
function cell(result: ComparisonResult | undefined): string {
  if (result === undefined) return "";
  const { reported, right, delay, took, calls } = result;
  const word = wordOf(reported);
  const when = delay === undefined ? `after ${took.toFixed(0)} s` : `${delay.toFixed(1)} s`;
  return `${right ? "" : "**wrong:** "}${word}, ${when}, ${calls} calls`;
}

function introduction({ date, machine, versions, seconds, jobs, speed }: ComparisonConditions): string {
  return [
    `Measured on ${date}; ${machine}. ${versions.join("; ")}.`,
    `Every rollout on a local AWS of its own (simulated tasks, delays: ${speed}), ${jobs} at a time, ${(seconds / 60).toFixed(1)} minutes in all.`,
    "Seconds are from the moment at which the outcome was true in the local ECS to the end of the tool's process, and negative for a premature verdict;",
    "without such a moment, the duration of the tool. API calls are counted on arrival, without those that create the environment.",
    "A tool that reports only success or failure is right when it reports success for a release that is deployed and serves, and for no other; one with more verdicts is right when it reports the exact outcome.",
    "The waiters poll every 15 s of real time, as on AWS.",
  ].join("\n");
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((each) => each.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

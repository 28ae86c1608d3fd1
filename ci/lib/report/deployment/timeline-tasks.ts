import type { DeploymentReport, TaskPhase, TaskReport } from "../../rollout/reconstruct/deployment-report.js";
import { plainText } from "./markup.js";
import { sinceStart, stateText } from "./overview.js";
import { type Drawing, draw, type Node, type View } from "./timeline-drawing.js";

/** Height of a task's row in pixels. */
const row = 16;

/** Draws the tasks as bars by phase. */
export function tasks(drawing: Drawing): Node {
  const { plot, report, view, x } = drawing;
  const bars = report.tasks.flatMap((task) => task.phases.flatMap((phase) => barOf(report, task, phase, view)));
  const ends = report.tasks.map((task) => ({
    y: task.id,
    x: view.length,
    label: shortened(`${task.failed ? "✗ " : ""}${plainText(stateText(task), 200)}`, 38),
    failed: task.failed,
  }));
  const names = new Map(report.tasks.map((task) => [task.id, `${task.group} ${task.id.slice(0, 8)}`]));
  const rules = [report.deployment.rollback?.startedAt, report.deployment.finishedAt].filter((at) => at !== undefined);
  return draw(drawing, {
    height: Math.max(1, report.tasks.length) * row + 12,
    marginTop: 6,
    marginBottom: 6,
    x: { ...x, grid: true },
    y: {
      domain: [...names.keys()],
      label: null,
      tickSize: 0,
      padding: 0.2,
      tickFormat: (id: string) => names.get(id) ?? id,
    },
    color: { type: "identity" },
    marks: [
      plot.barX(bars, {
        x1: "x1",
        x2: "x2",
        y: "y",
        fill: "fill",
        stroke: "var(--page)",
        strokeWidth: 0.5,
        title: "title",
      }),
      plot.ruleX(rules.map(view.at), { stroke: "currentColor", strokeDasharray: "3,3" }),
      plot.text(ends, {
        x: "x",
        y: "y",
        text: "label",
        textAnchor: "start",
        dx: 6,
        fill: ({ failed }: { failed: boolean }) => (failed ? "var(--bad)" : "var(--text)"),
      }),
    ],
  });
}

function barOf(report: DeploymentReport, task: TaskReport, { name, from, to }: TaskPhase, view: View) {
  const x1 = view.at(from);
  const x2 = to === undefined ? view.length : view.at(to);
  const interval = `${sinceStart(report, from)} to ${to === undefined ? "now" : sinceStart(report, to)}`;
  return x2 > x1
    ? [{ x1, x2, y: task.id, fill: `url(#${task.group}-${name})`, title: `${task.id.slice(0, 8)} ${name} ${interval}` }]
    : [];
}

/** Draws the weight of the new tasks in the production traffic; nothing where no shift was observed. */
export function traffic(drawing: Drawing): Node[] {
  const { plot, report, view, x } = drawing;
  const { steps } = report.traffic ?? { steps: [] };
  if (steps.length === 0) return [];
  const observed = steps.map(({ at, new: weight }) => ({ x: view.at(at), weight }));
  const points = [{ x: 0, weight: 0 }, ...observed, { x: view.length, weight: observed.at(-1)?.weight ?? 0 }];
  const chart = draw(drawing, {
    height: 110,
    marginTop: 16,
    marginBottom: 22,
    x,
    y: {
      domain: [0, 100],
      label: null,
      ticks: [0, 50, 100],
      tickFormat: (weight: number) => `${weight} %`,
      grid: true,
    },
    marks: [
      plot.areaY(points, { x: "x", y: "weight", curve: "step-after", fill: "url(#new-pulling)" }),
      plot.lineY(points, { x: "x", y: "weight", curve: "step-after", stroke: "var(--new)", strokeWidth: 2 }),
      plot.text(observed, {
        x: "x",
        y: "weight",
        text: ({ weight }: { weight: number }) => `${weight} %`,
        dy: -7,
        textAnchor: "start",
      }),
      plot.text([{ x: view.length, weight: 50 }], {
        x: "x",
        y: "weight",
        text: () => "traffic on the new tasks",
        textAnchor: "start",
        dx: 6,
      }),
    ],
  });
  return [chart];
}

const shortened = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

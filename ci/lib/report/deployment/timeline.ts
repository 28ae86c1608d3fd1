import type { DeploymentReport, TaskPhase, TaskReport } from "../../rollout/reconstruct/deployment-report.js";
import { elapsed } from "../../rollout/watch/elapsed.js";
import { plainText } from "./markup.js";
import { eventText, headline, sinceStart, stateText } from "./overview.js";
import { patterns, phaseNames, style } from "./timeline-style.js";

/** Lengths in pixels. */
const width = 960;
const marginLeft = 110;
const marginRight = 230;
const row = 16;
const strip = 24;
const axis = 30;

type Plot = typeof import("@observablehq/plot");
/** A node of xmldom, which Plot fills as it would a browser's. */
type Node = import("@xmldom/xmldom").Element;

/**
 * Draws a deployment over time: its tasks as bars by phase, events and failed requests as marks, and the weight of the new tasks in the
 * traffic. Colours follow the reader's scheme; patterns and labels carry the same facts. Plot and the DOM it draws in are loaded here,
 * because no other function needs them.
 */
export async function timelineSvg(report: DeploymentReport): Promise<string> {
  const [plot, { DOMImplementation, XMLSerializer }] = await Promise.all([
    import("@observablehq/plot"),
    import("@xmldom/xmldom"),
  ]);
  const document = new DOMImplementation().createDocument("http://www.w3.org/2000/svg", "svg", null);
  const root = document.documentElement as Node;
  const element = (name: string, attributes: Record<string, string | number>, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name) as Node;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    if (text) made.appendChild(document.createTextNode(text));
    return made;
  };
  const view = viewOf(report);
  const shared = { document, width, marginLeft, marginRight, className: "slipway" };
  const x = { domain: [0, view.length], type: "utc", axis: null, label: null };
  const charts = [legend(plot, shared), marks(plot, report, view, shared, x), tasks(plot, report, view, shared, x)];
  if (report.traffic && report.traffic.steps.length > 0) charts.push(traffic(plot, report.traffic, view, shared, x));
  const height = charts.reduce((sum, chart) => sum + Number(chart.getAttribute("height")), 0);
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  for (const [name, value] of Object.entries({
    ...size,
    role: "img",
    "aria-labelledby": "timeline-title timeline-desc",
  }))
    root.setAttribute(name, String(value));
  root.appendChild(element("title", { id: "timeline-title" }, plainText(`Timeline, ${headline(report)}`)));
  root.appendChild(element("desc", { id: "timeline-desc" }, plainText(description(report))));
  root.appendChild(element("style", {}, style));
  const defs = root.appendChild(element("defs", {}));
  for (const { id, background, shape } of patterns) {
    const pattern = defs.appendChild(element("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }));
    pattern.appendChild(element("rect", { width: 6, height: 6, fill: background }));
    if (shape) pattern.appendChild(element("path", shape));
  }
  let top = 0;
  for (const chart of charts) {
    chart.setAttribute("y", String(top));
    root.appendChild(chart);
    top += Number(chart.getAttribute("height"));
  }
  return new XMLSerializer().serializeToString(root);
}

/** Interval of the drawing: milliseconds since the deployment's start. */
interface View {
  length: number;
  /** Position of a time in the drawing, within its limits. */
  at(time: number): number;
}

function viewOf({ deployment, tasks, at }: DeploymentReport): View {
  const { createdAt, finishedAt = at } = deployment;
  const stops = tasks.flatMap(({ phases }) => phases.map(({ from, to = 0 }) => Math.max(from, to)));
  const end = Math.max(finishedAt, ...stops.filter((time) => time <= finishedAt + 600_000));
  const length = Math.max(10_000, 1.04 * (end - createdAt));
  return { length, at: (time) => Math.min(length, Math.max(0, time - createdAt)) };
}

interface Shared {
  document: unknown;
  width: number;
  marginLeft: number;
  marginRight: number;
  className: string;
}
type Scale = Record<string, unknown>;

function draw(plot: Plot, options: object): Node {
  return plot.plot(options as Parameters<Plot["plot"]>[0]) as unknown as Node;
}

function legend(plot: Plot, shared: Shared): Node {
  return draw(plot, {
    ...shared,
    height: 46,
    marginTop: 8,
    marginBottom: 24,
    x: { domain: phaseNames, label: null, padding: 0.1, tickSize: 0 },
    marks: [
      plot.cell(phaseNames, {
        x: (name: string) => name,
        fill: (name: string) => `url(#key-${name})`,
        stroke: "currentColor",
        strokeWidth: 0.5,
      }),
    ],
    color: { type: "identity" },
  });
}

/** Distance in pixels at which the numbers of two events can both be read. */
const readable = 15;

function marks(plot: Plot, report: DeploymentReport, view: View, shared: Shared, x: Scale): Node {
  const { deployment, events, requests } = report;
  const scale = (width - marginLeft - marginRight) / view.length;
  let last = Number.NEGATIVE_INFINITY;
  const numbered = events.map((event, index) => {
    const place = view.at(event.at);
    const isShown = (place - last) * scale >= readable;
    if (isShown) last = place;
    return {
      x: place,
      y: "events",
      label: isShown ? String(index + 1) : "",
      title: plainText(`${index + 1}: ${eventText(event)}`, 300),
    };
  });
  const milestones = [
    { at: deployment.rollback?.startedAt, before: "rollback", after: "" },
    { at: deployment.finishedAt, before: "", after: plainText(deployment.status, 40) },
  ].flatMap(({ at, ...labels }) => (at === undefined ? [] : [{ ...labels, x: view.at(at), y: "ECS" }]));
  const failures = (requests?.failures ?? []).map(({ at, answered }) => ({
    x: view.at(at),
    y: "failed requests",
    title: plainText(`${sinceStart(report, at)} ${answered}`, 300),
  }));
  const rows = ["ECS", "events", ...(requests ? ["failed requests"] : [])];
  return draw(plot, {
    ...shared,
    height: rows.length * strip + axis,
    marginTop: axis,
    marginBottom: 0,
    x: { ...x, axis: "top", tickFormat: tickText, tickSize: 4, grid: true },
    y: { domain: rows, label: null, tickSize: 0 },
    marks: [
      plot.text(milestones, { x: "x", y: "y", text: "before", textAnchor: "end", dx: -4, fontWeight: "bold" }),
      plot.text(milestones, { x: "x", y: "y", text: "after", textAnchor: "start", dx: 4, fontWeight: "bold" }),
      plot.tickX(milestones, { x: "x", y: "y", stroke: "currentColor", strokeWidth: 2 }),
      plot.tickX(numbered, { x: "x", y: "y", stroke: "currentColor", insetTop: 13, title: "title" }),
      plot.text(numbered, { x: "x", y: "y", text: "label", dy: -5, fontSize: 9 }),
      plot.dot(failures, { x: "x", y: "y", symbol: "times", stroke: "var(--bad)", strokeWidth: 2, title: "title" }),
      ...(requests && failures.length === 0
        ? [
            plot.text([{ x: 0, y: "failed requests" }], {
              x: "x",
              y: "y",
              text: () => "none",
              textAnchor: "start",
              dx: 4,
            }),
          ]
        : []),
    ],
  });
}

function tasks(plot: Plot, report: DeploymentReport, view: View, shared: Shared, x: Scale): Node {
  const bars = report.tasks.flatMap((task) => task.phases.flatMap((phase) => barOf(report, task, phase, view)));
  const ends = report.tasks.map((task) => ({
    y: task.id,
    x: view.length,
    label: shortened(`${task.failed ? "✗ " : ""}${plainText(stateText(task), 200)}`, 38),
    failed: task.failed,
  }));
  const names = new Map(report.tasks.map((task) => [task.id, `${task.group} ${task.id.slice(0, 8)}`]));
  const rules = [report.deployment.rollback?.startedAt, report.deployment.finishedAt].filter((at) => at !== undefined);
  return draw(plot, {
    ...shared,
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

function traffic(
  plot: Plot,
  { steps }: NonNullable<DeploymentReport["traffic"]>,
  view: View,
  shared: Shared,
  x: Scale,
): Node {
  const observed = steps.map(({ at, new: weight }) => ({ x: view.at(at), weight }));
  const points = [{ x: 0, weight: 0 }, ...observed, { x: view.length, weight: observed.at(-1)?.weight ?? 0 }];
  return draw(plot, {
    ...shared,
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
}

/** Formats a position of the time axis; Plot chooses round ones. */
function tickText(date: Date): string {
  return elapsed(date.getTime());
}

function description({ tasks, events, omittedTasks = 0 }: DeploymentReport): string {
  const groups = (["new", "old", "restored"] as const).flatMap((group) => {
    const own = tasks.filter((task) => task.group === group);
    return own.length === 0 ? [] : [`${own.length} ${group}, ${own.filter(({ failed }) => failed).length} failed`];
  });
  const more = omittedTasks > 0 ? `, ${omittedTasks} left out` : "";
  return `Tasks: ${groups.join("; ") || "none"}${more}. ${events.length} events. The tables of the report have the same facts.`;
}

const shortened = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

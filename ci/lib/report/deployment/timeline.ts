import type { DeploymentReport } from "../../rollout/reconstruct/deployment-report.js";
import { plainText } from "./markup.js";
import { headline } from "./overview.js";
import { type Drawing, marginLeft, marginRight, type Node, viewOf, width } from "./timeline-drawing.js";
import { legend, marks } from "./timeline-marks.js";
import { patterns, style } from "./timeline-style.js";
import { tasks, traffic } from "./timeline-tasks.js";

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
  const drawing: Drawing = {
    plot,
    report,
    view,
    shared: { document, width, marginLeft, marginRight, className: "slipway" },
    x: { domain: [0, view.length], type: "utc", axis: null, label: null },
  };
  const charts = [legend(drawing), marks(drawing), tasks(drawing), ...traffic(drawing)];
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

function description({ tasks, events, omittedTasks = 0 }: DeploymentReport): string {
  const groups = (["new", "old", "restored"] as const).flatMap((group) => {
    const own = tasks.filter((task) => task.group === group);
    return own.length === 0 ? [] : [`${own.length} ${group}, ${own.filter(({ failed }) => failed).length} failed`];
  });
  const more = omittedTasks > 0 ? `, ${omittedTasks} left out` : "";
  return `Tasks: ${groups.join("; ") || "none"}${more}. ${events.length} events. The tables of the report have the same facts.`;
}

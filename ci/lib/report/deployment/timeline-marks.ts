import { elapsed } from "../../rollout/watch/elapsed.js";
import { plainText } from "./markup.js";
import { eventText, sinceStart } from "./overview.js";
import { type Drawing, draw, marginLeft, marginRight, type Node, width } from "./timeline-drawing.js";
import { phaseNames } from "./timeline-style.js";

/** Heights in pixels. */
const strip = 24;
const axis = 30;

/** Draws the phases with their fills. */
export function legend(drawing: Drawing): Node {
  const { plot } = drawing;
  return draw(drawing, {
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

/** Width of a label in pixels: left of it there must be room. */
const label = 60;
/** Distance in pixels at which the numbers of two events can both be read. */
const readable = 15;

/** Draws the axis of time, ECS's milestones, the events and the failed requests. */
export function marks(drawing: Drawing): Node {
  const { plot, report, view, x } = drawing;
  const { deployment, events, requests } = report;
  const rollbackAt = deployment.rollback?.startedAt;
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
    {
      at: rollbackAt,
      before: rollbackAt !== undefined && view.at(rollbackAt) * scale > label ? "rollback" : "",
      after: "",
    },
    { at: deployment.finishedAt, before: "", after: plainText(deployment.status, 40) },
  ].flatMap(({ at, ...labels }) => (at === undefined ? [] : [{ ...labels, x: view.at(at), y: "ECS" }]));
  const failures = (requests?.failures ?? []).map(({ at, answered }) => ({
    x: view.at(at),
    y: "failed requests",
    title: plainText(`${sinceStart(report, at)} ${answered}`, 300),
  }));
  const notes = [...(requests ? [{ y: "failed requests", text: `${requests.failed} of ${requests.requests}` }] : [])];
  const rows = ["ECS", "events", ...(requests ? ["failed requests"] : [])];
  return draw(drawing, {
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
      plot.text(["min:s after the start"], { frameAnchor: "top-right", textAnchor: "start", dx: 22, dy: -14 }),
      plot.text(notes, { x: view.length, y: "y", text: "text", textAnchor: "start", dx: 6 }),
    ],
  });
}

/** Formats a position of the time axis; Plot chooses round ones. */
function tickText(date: Date): string {
  return elapsed(date.getTime());
}

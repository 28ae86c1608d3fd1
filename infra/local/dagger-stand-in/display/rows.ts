import type { Span } from "../telemetry/span.js";
import type { Trace } from "../telemetry/trace.js";
import type { Style } from "./style.js";
import { chop, fit, formatDuration, neutral, width, wrap } from "./text.js";
import { deepest, type Node, visibleTree } from "./tree.js";

export interface View {
  /** Columns of the terminal. */
  columns: number;
  /** Maximum lines of one span's log: a third of the screen. */
  logLines: number;
  /** Milliseconds since the epoch. */
  now: number;
  style: Style;
  /** Symbol of a running span. */
  spinner: string;
  /** True for the final frame, which has no marks of spans that can be expanded. */
  final: boolean;
}

/** Indentation of a row: prefixes of its title, of its other lines and of its children. */
interface Indent {
  title: string;
  other: string;
}

export interface Rows {
  lines: string[];
  /** Ids of the spans whose error is shown. */
  errors: Set<string>;
}

/**
 * Formats a trace as Dagger's CLI does on a terminal (`frontendPretty` of dagql/idtui/frontend_pretty.go): running spans of the top
 * level are open, with the end of their log and the spans that they reveal; every other span is one line.
 */
export function formatRows(trace: Trace, view: View): Rows {
  const lines: string[] = [];
  const shown = new Set<string>();
  let previous: { node: Node; depth: number } | undefined;
  const walk = (node: Node, depth: number, indent: Indent, gap: string) => {
    const isChained = previous !== undefined && chains(previous, node, depth);
    if (previous && !isChained && needsGap(previous, node, depth)) lines.push(gap.trimEnd());
    previous = { node, depth };
    const isOpen = (depth === 0 && node.running) || node.span.canceled;
    const children = node.revealed.length > 0 ? node.revealed : node.children;
    const mark = children.length === 0 && node.span.logs.length === 0 ? "●" : isOpen ? "▼" : "▶";
    const isIndented = node.revealed.length > 0 || node.span.reveal;
    const bar = isOpen && children.length > 0 && !isIndented ? view.style.faint("│ ") : "  ";
    lines.push(...title(node.span, isChained, mark, indent, bar, view));
    if (isOpen) lines.push(...log(node.span, indent.other, view));
    for (const failed of failures(node.span, trace, isOpen && children.length > 0)) {
      if (shown.has(failed.id)) continue;
      shown.add(failed.id);
      if (failed !== node.span) lines.push(...origin(failed, node.span, trace, indent.other, depth, view));
      lines.push(...error(failed, indent.other, view));
    }
    if (!isOpen) return;
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      const bars = isIndented ? ["  ", "  "] : isLast ? ["╰╴", "  "] : ["├╴", "│ "];
      const [step = "", below = ""] = bars.map((it) => view.style.faint(it));
      walk(
        child,
        depth + 1,
        { title: indent.other + step, other: indent.other + below },
        indent.other + (isIndented ? "  " : view.style.faint("│ ")),
      );
    }
  };
  for (const top of visibleTree(trace)) walk(top, 0, { title: "", other: "" }, "");
  return { lines, errors: shown };
}

type Previous = { node: Node; depth: number };

function chains(previous: Previous, { span }: Node, depth: number): boolean {
  const before = previous.node.span.call;
  return previous.depth === depth && span.call?.on !== undefined && before?.type === `${span.call.on}!`;
}

/** Adds an empty line before a call. */
function needsGap(previous: Previous, { span }: Node, depth: number): boolean {
  const before = previous.node.span.call;
  return previous.depth > depth || (previous.depth === depth && (span.call !== undefined || before !== undefined));
}

/** @param bar Prefix of the argument lines, below the mark of the title. */
function title(span: Span, isChained: boolean, sign: string, indent: Indent, bar: string, view: View): string[] {
  const { style, final, now, columns, spinner } = view;
  const mark = final ? "" : `${style.faint(sign)} `;
  const duration = ` ${formatDuration((span.endedAt ?? now) - span.startedAt)}`;
  const status = span.failed && !span.canceled ? " ERROR" : span.endedAt !== undefined && span.cached ? " CACHED" : "";
  const end = `${span.endedAt === undefined ? style.yellow(duration) : style.faint(duration)}${
    span.failed ? style.red(status) : style.blue(status)
  }`;
  const begin = `${indent.title}${mark}${icon(span, style, spinner)} `;
  const below = `${indent.other}${final ? "" : bar}  `;
  const fitted = (before: string, text: string, after: number) =>
    fit(neutral(text), Math.max(columns - plainWidth(before) - after, 8));
  const after = duration.length + status.length;
  const { call } = span;
  if (!call?.isLong) return [`${begin}${fitted(begin, nameOf(span, isChained), after)}${end}`];
  const argument = `${below}${style.faint("┆ ")}`;
  return [
    `${begin}${fitted(begin, `${nameOf(span, isChained, false)}(`, 0)}`,
    ...call.args.map((text) => `${argument}${fitted(argument, text, 0)}`),
    `${below}${fitted(below, `): ${call.type}`, after)}${end}`,
  ];
}

/**
 * Returns a span's name as one line, such as `Slipway.deploy(version: "v1.2.3"): String!`.
 *
 * @param isChained True when the line before is the call that this one is made on.
 */
export function nameOf({ call, name }: Span, isChained: boolean, withArguments = true): string {
  if (!call) return neutral(name.replace(/\s+/g, " "));
  const on = call.on === undefined ? "" : `${isChained ? "" : call.on}.`;
  const args = call.args.length > 0 ? `(${call.args.join(", ")})` : "";
  return neutral(`${on}${call.field}${withArguments ? `${args}: ${call.type}` : ""}`);
}

function icon(span: Span, style: Style, spinner: string): string {
  if (span.endedAt === undefined) return style.yellow(spinner);
  if (span.cached) return style.blue("$");
  if (span.canceled) return style.faint("∅");
  return span.failed ? style.red("✘") : style.green("✔");
}

function log(span: Span, indent: string, { columns, logLines, style }: View): string[] {
  const room = columns - plainWidth(indent) - 2;
  const bar = (sign: string) => `${indent}${span.failed ? style.red(sign) : style.faint(sign)} `;
  // Only the end is visible, so the beginning of a long log is not wrapped.
  const all = span.logs.slice(-logLines);
  const broken = all.flatMap(({ text }) => chop(neutral(text), room));
  const shown = broken.slice(-logLines);
  const hidden = span.hiddenLines + span.logs.length - all.length + broken.length - shown.length;
  return [
    ...(hidden > 0 ? [`${bar("┇")}${style.faint(fit(`...${hidden} lines hidden...`, room))}`] : []),
    ...shown.map((line) => `${bar("┃")}${line}`),
  ];
}

/** Returns the spans where a span's error began, except those that have rows of their own. */
function failures(span: Span, { spans }: Trace, showsChildren: boolean): Span[] {
  if (!span.failed) return [];
  const origins = span.origins.map((id) => spans.get(id)).filter((origin) => origin?.failed);
  if (origins.length === 0) return [span];
  return showsChildren ? [] : (origins as Span[]);
}

/** Formats a span that has no row: the spans in between, its title and its log. The final frame shows the log of a top-level span unchanged. */
function origin(span: Span, below: Span, { spans }: Trace, indent: string, depth: number, view: View): string[] {
  const between: string[] = [];
  for (
    let up = spans.get(span.parent ?? "");
    up && up !== below && between.length < deepest;
    up = spans.get(up.parent ?? "")
  )
    if (!up.passthrough) between.unshift(nameOf(up, true, false));
  const shift = view.final ? indent : `${indent}  `;
  const path = between.length > 0 ? `┇ ${between.join(" › ")} ›` : "";
  const logLines = view.final ? Number.POSITIVE_INFINITY : view.logLines;
  const isBare = view.final && depth === 0;
  const bare = () => span.logs.flatMap(({ text }) => chop(neutral(text), view.columns));
  return [
    ...(path ? [`${shift}${view.style.faint(fit(path, view.columns - plainWidth(shift)))}`] : []),
    ...title(span, true, "", { title: shift, other: shift }, "", { ...view, final: true }),
    ...(isBare ? bare() : log(span, shift, { ...view, logLines })),
  ];
}

function error(span: Span, indent: string, view: View): string[] {
  const lines = (span.error ?? "").trim().split("\n").map(neutral);
  const broken = span.error ? lines.flatMap((line) => wrap(line, view.columns - plainWidth(indent) - 2)) : [];
  return broken.map((line, index) => `${indent}${view.style.red(`${index === 0 ? "!" : " "} ${line}`.trimEnd())}`);
}

function plainWidth(indent: string): number {
  return width(neutral(indent));
}

import type { Span } from "../telemetry/span.js";
import type { Trace } from "../telemetry/trace.js";

/** Node of the tree of spans that are shown. */
export interface Node {
  span: Span;
  parent: Node | undefined;
  children: Node[];
  /** Descendants that are revealed in place of its children. */
  revealed: Node[];
  /** True while the span or one of its descendants runs. */
  running: boolean;
}

/** Maximum depth of spans that are shown. */
export const deepest = 100;

/**
 * Returns the spans that Dagger's CLI shows, as a tree: without hidden ones, and with revealed ones below their ancestors
 * (`RowsView` and `WalkSpans` of dagql/dagui/types.go).
 */
export function visibleTree({ spans }: Trace): Node[] {
  const children = byParent(spans);
  const tops: Node[] = [];
  const walk = (span: Span, parent: Node | undefined, depth: number) => {
    if (depth > deepest || isHidden(span, spans)) return;
    let below = parent;
    if (!span.passthrough) {
      below = { span, parent, children: [], revealed: [], running: false };
      (parent?.children ?? tops).push(below);
      if (span.reveal) reveal(below);
      if (span.endedAt === undefined) for (let up: Node | undefined = below; up; up = up.parent) up.running = true;
    }
    for (const child of children.get(span.id) ?? []) walk(child, below, depth + 1);
  };
  for (const span of children.get("") ?? []) walk(span, undefined, 0);
  return tops;
}

/** Groups spans by their parent's id, in order of their start; those without a known parent are under "". */
function byParent(spans: ReadonlyMap<string, Span>): Map<string, Span[]> {
  const groups = new Map<string, Span[]>();
  for (const span of [...spans.values()].sort((a, b) => a.startedAt - b.startedAt)) {
    const parent = span.parent !== undefined && spans.has(span.parent) ? span.parent : "";
    const siblings = groups.get(parent);
    if (siblings) siblings.push(span);
    else groups.set(parent, [span]);
  }
  return groups;
}

function isHidden(span: Span, spans: ReadonlyMap<string, Span>): boolean {
  if (span.failed) return false;
  const parent = spans.get(span.parent ?? "");
  return span.internal || (parent !== undefined && (span.encapsulated || parent.encapsulate) && !parent.failed);
}

/** Adds a span to its ancestors, up to one that is revealed itself or that stops `reveal`. */
function reveal(node: Node): void {
  for (let up = node.parent; up; up = up.parent) {
    up.revealed.push(node);
    if (up.span.boundary || up.span.encapsulate || up.span.reveal) return;
  }
}

import type { LogLine, Span, TraceObserver } from "../telemetry/span.js";
import type { Trace } from "../telemetry/trace.js";
import { nameOf } from "./rows.js";
import { formatDuration, neutral } from "./text.js";
import { deepest } from "./tree.js";

/**
 * Writes progress as Dagger's CLI does without a terminal (`frontendPlain` of dagql/idtui/frontend_plain.go): a numbered
 * line when a step begins and one when it ends, with its log in between. Lines are written immediately; Dagger's CLI holds those of other steps
 * back for up to a second.
 */
export class PlainDisplay implements TraceObserver {
  private readonly numbers = new Map<string, number>();
  /** Spans of the last line, from the top one down to its own. */
  private context: Span[] = [];

  constructor(
    private readonly trace: Trace,
    private readonly write: (text: string) => void,
  ) {}

  /** True when something was written. */
  get hasWritten(): boolean {
    return this.numbers.size > 0;
  }

  started(span: Span): void {
    if (!span.internal && !span.encapsulated && !span.passthrough) this.step(span, this.enter(span), false);
  }

  ended(span: Span): void {
    if (span.passthrough || (!this.numbers.has(span.id) && !span.failed)) return;
    this.step(span, this.enter(span), true);
  }

  logged(span: Span, line: LogLine): void {
    const isLast = this.context.at(-1) === span;
    const depth = this.enter(span);
    if (!isLast) this.step(span, depth, false);
    const time = formatDuration(line.at - span.startedAt);
    this.write(`${this.prefix(span, depth)}[${time}] | ${neutral(line.text)}\n`);
  }

  /** Selects the span of the next lines. @returns Its depth, which counts only calls. */
  private enter(span: Span): number {
    const path: Span[] = [];
    for (let up: Span | undefined = span; up && path.length < deepest; up = this.trace.spans.get(up.parent ?? ""))
      path.unshift(up);
    if (this.context.length > 0 && this.context[0] !== path[0]) this.write("\n");
    const around = calls(path.slice(0, -1));
    for (const [depth, index] of around.entries()) {
      const call = path[index];
      if (call && call !== this.context[index]) this.step(call, depth, false);
    }
    this.context = path;
    return around.length;
  }

  private step(span: Span, depth: number, isDone: boolean): void {
    if (!this.numbers.has(span.id)) this.numbers.set(span.id, this.numbers.size + 1);
    const prefix = this.prefix(span, depth);
    const status = !isDone ? "" : span.failed ? " ERROR" : span.cached ? " CACHED" : " DONE";
    const duration = isDone ? ` [${formatDuration((span.endedAt ?? this.trace.now()) - span.startedAt)}]` : "";
    const { call } = span;
    const lines =
      call?.isLong && !isDone
        ? [`${nameOf(span, false, false)}(`, ...call.args.map((text) => `┆ ${neutral(text)}`), `): ${call.type}`]
        : [nameOf(span, false, !isDone)];
    this.write(`${prefix}${lines.join(`\n${prefix}`)}${status}${duration}\n`);
    if (!isDone || !span.failed || !span.error) return;
    const [first = "", ...more] = span.error.split("\n").map(neutral);
    this.write([`${prefix}! ${first}`, ...more, ""].join("\n"));
  }

  private prefix({ id }: Span, depth: number): string {
    return `${String(this.numbers.get(id)).padEnd(4)}: ${"┆ ".repeat(depth)}`;
  }
}

/** Returns the indexes of the ancestors that are shown above a line: up to the first call, and the last one. */
function calls(path: Span[]): number[] {
  const first = path.findIndex(({ call }) => call);
  const upTo = first === -1 ? path.length - 1 : first;
  const last = path.findLastIndex(({ call }) => call);
  return [...Array(upTo + 1).keys(), ...(last > upTo ? [last] : [])];
}

import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { explained } from "../../containers/errors.js";
import { originsOf, withOrigin, withoutOrigins } from "./origin.js";
import { type CallLabel, noFlags, type Span, type SpanFlags, type TraceObserver } from "./span.js";

/** Span that a module sends at its start and again at its end. */
export interface ReceivedSpan extends SpanFlags {
  id: string;
  parent: string | undefined;
  name: string;
  startedAt: number;
  endedAt: number | undefined;
  failed: boolean;
  error?: string;
  /** A progress event as JSON, which a module reports by such a span. */
  progress?: string;
}

/** Minimum of a long log that is kept, in lines. */
const keptLines = 10_000;

/** Maximum spans of one call: each frame of the display reads all of them. */
const mostSpans = 20_000;

interface Start {
  parent?: string | undefined;
  call?: CallLabel;
  flags?: Partial<SpanFlags>;
}

/** Id of the current span, of any trace. */
const current = new AsyncLocalStorage<string>();

/** Makes a span the current one for everything that `work` starts. */
export function within<T>(span: string | undefined, work: () => T): T {
  return span === undefined ? work() : current.run(span, work);
}

/** Returns a new id for a span. */
export function spanId(): string {
  return randomBytes(8).toString("hex");
}

/** Steps of one call: those of the stand-in, and those that the module reports. */
export class Trace {
  readonly id = randomBytes(16).toString("hex");
  /** Spans by id, in order of their start. */
  readonly spans = new Map<string, Span>();
  private readonly observers: TraceObserver[] = [];
  /** Span of the function that a module's process runs, by the id that the process received. */
  private readonly aliases = new Map<string, string>();
  /** Ids of the spans of progress events. */
  private readonly progressSpans = new Set<string>();
  /** Origins of errors that have passed through a step. */
  private readonly origins = new WeakMap<object, string>();

  /**
   * @param now Milliseconds since the epoch.
   * @param signal Aborts the call: steps that fail from then on were canceled.
   */
  constructor(
    readonly now: () => number = Date.now,
    private readonly signal?: AbortSignal,
  ) {}

  observe(observer: TraceObserver): void {
    this.observers.push(observer);
  }

  /** Begins a step of the stand-in, below the current one unless `parent` names another. */
  start(name: string, { parent = this.currentSpan()?.id, call, flags }: Start = {}): Span {
    const span: Span = {
      ...noFlags,
      ...flags,
      id: spanId(),
      parent,
      name,
      ...(call && { call }),
      startedAt: this.now(),
      endedAt: undefined,
      failed: false,
      origins: [],
      cached: false,
      canceled: false,
      logs: [],
      hiddenLines: 0,
    };
    return this.add(span);
  }

  /** Ends a step. @param error Error of a failed step, recorded as in the engine: the message without its origins. */
  end(span: Span, error?: string): void {
    if (span.endedAt !== undefined) return;
    span.endedAt = this.now();
    span.failed = error !== undefined;
    if (error !== undefined) {
      span.canceled = this.signal?.aborted === true;
      span.error = span.canceled ? "context canceled" : withoutOrigins(error);
      span.origins = span.canceled ? [] : originsOf(error).filter((id) => id !== span.id);
    }
    this.notify("ended", span);
  }

  /** Runs `work` as a step: a span that fails when `work` rejects. Steps within `work` are its children. */
  async step<T>(name: string, work: (span: Span) => Promise<T>, start: Start = {}): Promise<T> {
    const span = this.start(name, start);
    try {
      const result = await within(span.id, () => work(span));
      this.end(span);
      return result;
    } catch (error) {
      this.end(span, this.messageOf(error, span.id));
      throw error;
    }
  }

  /** Returns an error's message with the span where it began: the first step that it left, or `otherwise`. */
  messageOf(error: unknown, otherwise: string): string {
    const origin = this.originOf(error) ?? otherwise;
    if (typeof error === "object" && error !== null) this.origins.set(error, origin);
    return withOrigin(error instanceof Error ? explained(error) : String(error), this.id, origin);
  }

  /** Returns the span where an error began, if it has left a step. */
  originOf(error: unknown): string | undefined {
    return typeof error === "object" && error !== null ? this.origins.get(error) : undefined;
  }

  /** Adds a line to the log of a span, by default the current one. Without a span the line is dropped. */
  log(text: string, span = this.currentSpan()): void {
    if (!span) return;
    const line = { at: this.now(), text };
    span.logs.push(line);
    if (span.logs.length > 2 * keptLines) span.hiddenLines += span.logs.splice(0, keptLines).length;
    for (const observer of this.observers) observer.logged?.(span, line);
  }

  /** Returns the current span. */
  currentSpan(): Span | undefined {
    const id = current.getStore() ?? "";
    return this.spans.get(this.aliases.get(id) ?? id);
  }

  /** Makes spans that name `id` as their parent children of this one. */
  alias(id: string, span: Span): void {
    this.aliases.set(id, span.id);
  }

  /** Adds or updates a span that a module has sent. */
  receive({ progress, ...received }: ReceivedSpan): void {
    if (progress !== undefined) {
      // The span is sent at its start and at its end, often both times with its end.
      if (this.progressSpans.has(received.id)) return;
      this.progressSpans.add(received.id);
      for (const observer of this.observers) observer.progressed?.(progress);
      return;
    }
    const parent = received.parent === undefined ? undefined : (this.aliases.get(received.parent) ?? received.parent);
    const known = this.spans.get(received.id);
    if (!known && this.spans.size >= mostSpans) return;
    const fresh = { endedAt: undefined, origins: [], cached: false, canceled: false, logs: [], hiddenLines: 0 };
    const span = known ?? this.add({ ...received, ...fresh, parent });
    if (received.endedAt === undefined || span.endedAt !== undefined) return;
    const error = received.error ?? "";
    Object.assign(span, received, { parent, origins: originsOf(error).filter((id) => id !== span.id) });
    if (error) span.error = withoutOrigins(error);
    this.notify("ended", span);
  }

  /** Ends the trace: spans that still run count as canceled. */
  finish(): void {
    for (const span of this.spans.values()) {
      if (span.endedAt !== undefined) continue;
      span.canceled = true;
      span.endedAt = this.now();
      this.notify("ended", span);
    }
  }

  private add(span: Span): Span {
    this.spans.set(span.id, span);
    this.notify("started", span);
    return span;
  }

  private notify(change: "started" | "ended", span: Span): void {
    for (const observer of this.observers) observer[change]?.(span);
  }
}

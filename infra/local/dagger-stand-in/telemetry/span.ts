/** A call of a function, as the command line prints it: `.deploy(version: "v1.2.3"): String!`. */
export interface CallLabel {
  /** Such as `deploy`. */
  field: string;
  /** The arguments as source text, such as `version: "v1.2.3"`. */
  args: string[];
  /** Whether each argument has a line of its own, because one of them is an object. */
  isLong: boolean;
  /** The type of the result, such as `String!`. */
  type: string;
  /** The type that the function is called on, such as `Slipway`; absent for a constructor. */
  on?: string;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
}

/** How the display treats a span: https://docs.dagger.io/reference/api/telemetry (attributes `dagger.io/ui.*`). */
export interface SpanFlags {
  /** Shown in place of the other descendants of its ancestors. */
  reveal: boolean;
  /** Its children are hidden unless it fails. */
  encapsulate: boolean;
  /** Hidden unless its parent fails. */
  encapsulated: boolean;
  /** Hidden, also when it fails in a hidden place. */
  internal: boolean;
  /** Replaced by its children. */
  passthrough: boolean;
  /** Stops `reveal` of its descendants. */
  boundary: boolean;
}

/** One step of a call: what the engine's command line shows as a row. */
export interface Span extends SpanFlags {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** The id of the span that it belongs to; it may name a span that has not arrived yet. */
  parent: string | undefined;
  name: string;
  call?: CallLabel;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds since the epoch; undefined while it runs. */
  endedAt: number | undefined;
  failed: boolean;
  /** Present when it failed with a message, which no longer names its origins. */
  error?: string;
  /** Ids of the spans that the error began in, if that was elsewhere. */
  origins: string[];
  cached: boolean;
  /** It still ran when the call ended. */
  canceled: boolean;
  logs: LogLine[];
  /** Lines that were at the beginning of the log, and are no longer kept. */
  hiddenLines: number;
}

/** Something to do for each change of a trace. */
export interface TraceObserver {
  started?(span: Span): void;
  ended?(span: Span): void;
  logged?(span: Span, line: LogLine): void;
}

export const noFlags: SpanFlags = {
  reveal: false,
  encapsulate: false,
  encapsulated: false,
  internal: false,
  passthrough: false,
  boundary: false,
};

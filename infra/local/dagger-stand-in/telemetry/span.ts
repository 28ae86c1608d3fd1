/** Call of a function, as the CLI prints it: `.deploy(version: "v1.2.3"): String!`. */
export interface CallLabel {
  /** Such as `deploy`. */
  field: string;
  /** The arguments as source text, such as `version: "v1.2.3"`. */
  args: string[];
  /** True when each argument has a line of its own, because one of them is an object. */
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

/** Display settings of a span: https://docs.dagger.io/reference/api/telemetry (attributes `dagger.io/ui.*`). */
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

/** Step of a call, which Dagger's CLI shows as a row. */
export interface Span extends SpanFlags {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Id of the parent span, which may arrive later. */
  parent: string | undefined;
  name: string;
  call?: CallLabel;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds since the epoch; undefined while it runs. */
  endedAt: number | undefined;
  failed: boolean;
  /** Message of a failed span, without its origins. */
  error?: string;
  /** Ids of the spans where the error began, if in other spans. */
  origins: string[];
  cached: boolean;
  /** True when the span still ran when the call ended. */
  canceled: boolean;
  logs: LogLine[];
  /** Number of lines dropped from the beginning of the log. */
  hiddenLines: number;
}

/** Listener for changes of a trace. */
export interface TraceObserver {
  started?(span: Span): void;
  ended?(span: Span): void;
  logged?(span: Span, line: LogLine): void;
  /** @param event A progress event of a module, as JSON. */
  progressed?(event: string): void;
}

export const noFlags: SpanFlags = {
  reveal: false,
  encapsulate: false,
  encapsulated: false,
  internal: false,
  passthrough: false,
  boundary: false,
};

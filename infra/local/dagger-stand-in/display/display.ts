import { originsOf } from "../telemetry/origin.js";
import type { Trace } from "../telemetry/trace.js";
import { PlainDisplay } from "./plain.js";
import { PrettyDisplay, type Terminal, type Ticks } from "./pretty.js";

/** Outputs of a call. */
export interface Output {
  /** Receives the result only. */
  onStdout: (text: string) => void;
  /** Receives progress, errors and everything else. */
  onStderr: (text: string) => void;
  env: Record<string, string | undefined>;
  /** Present when standard error or standard output is a terminal: progress is drawn on it, and the rest is written to standard error. */
  terminal?: Terminal;
  /** Columns of standard output when it is a terminal: help is wrapped to them, and a result without a final line feed gets one. */
  stdoutColumns?: number;
  /** Clock of the drawing. */
  ticks?: Ticks;
}

/**
 * Shows a call: its steps while it runs, and at the end its own output. Dagger's CLI also holds its output back until
 * the end, and on a terminal omits it when the error is on the screen already (`FinalRender` of dagql/idtui/frontend_pretty.go).
 */
export class Display {
  private readonly held: { stream: "stdout" | "stderr"; text: string }[] = [];
  private readonly plain: PlainDisplay | undefined;
  private readonly pretty: PrettyDisplay | undefined;

  constructor(
    private readonly trace: Trace,
    private readonly output: Output,
  ) {
    const { terminal, env, ticks, onStderr } = output;
    if (terminal) this.pretty = new PrettyDisplay(trace, terminal, env, ticks);
    else this.plain = new PlainDisplay(trace, onStderr);
    trace.observe(this.pretty ?? this.plain ?? {});
  }

  /** True when steps are drawn on a terminal. */
  get isTerminal(): boolean {
    return this.pretty !== undefined;
  }

  stdout(text: string): void {
    if (text !== "") this.held.push({ stream: "stdout", text });
  }

  /** Adds a line to the output that is written to standard error at the end. */
  stderr(line: string): void {
    this.held.push({ stream: "stderr", text: `${line}\n` });
  }

  /** Ends the display. @param error Message of the error that the call failed with. */
  close(error?: string): void {
    const { pretty, plain } = this;
    this.trace.finish();
    pretty?.close();
    if (plain?.hasWritten) this.output.onStderr("\n");
    const { lines, errors } = pretty?.final() ?? { lines: [], errors: new Set<string>() };
    if (lines.length > 0) this.output.onStderr(`${lines.join("\n")}\n`);
    const origins = error === undefined ? [] : originsOf(error);
    if (origins.length > 0 && origins.every((id) => errors.has(id))) return;
    this.replay();
  }

  private replay(): void {
    const { onStdout, onStderr, stdoutColumns } = this.output;
    if (this.held.length === 0) return;
    onStderr("\n");
    for (const { stream, text } of this.held) (stream === "stdout" ? onStdout : onStderr)(text);
    if (stdoutColumns !== undefined && !this.held.at(-1)?.text.endsWith("\n")) onStdout("\n");
  }
}

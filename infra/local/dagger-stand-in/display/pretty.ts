import { stripVTControlCharacters } from "node:util";
import type { TraceObserver } from "../telemetry/span.js";
import type { Trace } from "../telemetry/trace.js";
import { formatRows, type Rows } from "./rows.js";
import { style } from "./style.js";
import { width } from "./text.js";

/** A stream that is a terminal, as far as it is needed here. */
export interface Terminal {
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** Time, as it passes on the machine or in a test. */
export interface Ticks {
  /** Calls `act` every `ms` milliseconds. @returns A function that ends this. */
  every(ms: number, act: () => void): () => void;
}

export const systemTicks: Ticks = {
  every(ms, act) {
    const timer = setInterval(act, ms).unref();
    return () => clearInterval(timer);
  },
};

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Milliseconds between two frames. */
const frame = 100;
const [hideCursor, showCursor] = ["\x1b[?25l", "\x1b[?25h"];
const [clearLine, clearBelow] = ["\x1b[K", "\x1b[J"];
/** Lets a terminal that can show a frame at once: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const [beginFrame, endFrame] = ["\x1b[?2026h", "\x1b[?2026l"];

/** Shows a trace as it grows, redrawn in place, as the engine's command line does on a terminal. */
export class PrettyDisplay implements TraceObserver {
  private drawn: string[] = [];
  private turn = 0;
  private stop: (() => void) | undefined;
  private readonly isColoured: boolean;
  /** What a process that ends at once still has to write. */
  private readonly restore = () => void this.terminal.write(showCursor);

  constructor(
    private readonly trace: Trace,
    private readonly terminal: Terminal,
    env: Record<string, string | undefined>,
    private readonly ticks: Ticks = systemTicks,
  ) {
    this.isColoured = !env.NO_COLOR;
  }

  started(): void {
    if (this.stop) return;
    this.terminal.write(hideCursor);
    process.once("exit", this.restore);
    this.stop = this.ticks.every(frame, () => this.draw());
    this.draw();
  }

  /** Takes the frame off the screen. What is written then stands where it was. */
  close(): void {
    if (!this.stop) return;
    this.stop();
    this.stop = undefined;
    this.terminal.write(`${beginFrame}${this.wipe()}${endFrame}${showCursor}`);
    this.drawn = [];
    process.removeListener("exit", this.restore);
  }

  /** What stays on the screen. */
  final(): Rows {
    return this.rows(true);
  }

  private draw(): void {
    this.turn++;
    const { lines } = this.rows(false);
    // A frame that is higher than the screen could not be wiped; its end is what happens now.
    const fitting = lines.slice(-Math.max(this.height() - 1, 1));
    if (fitting.join("\n") === this.drawn.join("\n")) return;
    const text = fitting.map((line) => `${clearLine}${line}\n`).join("");
    this.terminal.write(`${beginFrame}${this.toBegin()}${text}${clearBelow}${endFrame}`);
    this.drawn = fitting;
  }

  /** Moves to where the frame begins. */
  private toBegin(): string {
    const up = this.rowsUp();
    return up > 0 ? `\r\x1b[${up}A` : "\r";
  }

  /** Rows that the last frame takes now: a terminal that has become narrower since has wrapped its lines. */
  private rowsUp(): number {
    const columns = this.columns();
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(plainWidth(line) / columns)), 0);
    return Math.min(rows, this.height() - 1);
  }

  /** Line by line: some terminals keep what is cleared at once in their scrollback. */
  private wipe(): string {
    return `${this.toBegin()}${`${clearLine}\n`.repeat(this.rowsUp())}${this.toBegin()}${clearBelow}`;
  }

  private rows(final: boolean): Rows {
    return formatRows(this.trace, {
      columns: this.columns(),
      logLines: Math.floor(this.height() / 3),
      now: this.trace.now(),
      style: style(this.isColoured),
      spinner: spinner[this.turn % spinner.length] ?? "",
      final,
    });
  }

  private columns(): number {
    return this.terminal.columns || 80;
  }

  private height(): number {
    return this.terminal.rows || 24;
  }
}

function plainWidth(line: string): number {
  return width(stripVTControlCharacters(line));
}

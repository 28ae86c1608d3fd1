import { stripVTControlCharacters } from "node:util";
import type { TraceObserver } from "../telemetry/span.js";
import type { Trace } from "../telemetry/trace.js";
import { RolloutBlock } from "./rollout-block.js";
import { formatRows, type Rows } from "./rows.js";
import { style } from "./style.js";
import { width } from "./text.js";

/** Part of a terminal's stream that is used here. */
export interface Terminal {
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** Clock: the machine's or a test's. */
export interface Ticks {
  /** Calls `act` every `ms` milliseconds. @returns A function that stops the calls. */
  every(ms: number, act: () => void): () => void;
}

const systemTicks: Ticks = {
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
/** Makes a terminal that supports it show a frame in one update: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const [beginFrame, endFrame] = ["\x1b[?2026h", "\x1b[?2026l"];

/** Draws a running trace in place, as Dagger's CLI does on a terminal. */
export class PrettyDisplay implements TraceObserver {
  private drawn: string[] = [];
  private turn = 0;
  private stop: (() => void) | undefined;
  private readonly isColoured: boolean;
  private readonly rollout = new RolloutBlock();
  /** Output that is still to be written when the process exits at once. */
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

  progressed(event: string): void {
    this.rollout.receive(event, this.trace.now());
  }

  /** Clears the frame. Later output starts at its first line. */
  close(): void {
    if (!this.stop) return;
    this.stop();
    this.stop = undefined;
    this.terminal.write(`${beginFrame}${this.wipe()}${endFrame}${showCursor}`);
    this.drawn = [];
    process.removeListener("exit", this.restore);
  }

  /** Returns the final frame, which stays on the screen. */
  final(): Rows {
    return this.rows(true);
  }

  private draw(): void {
    this.turn++;
    const block = this.rollout.lines({ columns: this.columns(), now: this.trace.now(), style: style(this.isColoured) });
    const { lines } = this.rows(false);
    // A frame higher than the screen can't be cleared, so it is cut to its end, which shows what runs now.
    const fitting = [...lines, ...block].slice(-Math.max(this.height() - 1, 1));
    if (fitting.join("\n") === this.drawn.join("\n")) return;
    const text = fitting.map((line) => `${clearLine}${line}\n`).join("");
    this.terminal.write(`${beginFrame}${this.toBegin()}${text}${clearBelow}${endFrame}`);
    this.drawn = fitting;
  }

  /** Moves the cursor to the start of the frame. */
  private toBegin(): string {
    const up = this.rowsUp();
    return up > 0 ? `\r\x1b[${up}A` : "\r";
  }

  /** Counts the rows of the last frame: a terminal that became narrower has wrapped its lines. */
  private rowsUp(): number {
    const columns = this.columns();
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(plainWidth(line) / columns)), 0);
    return Math.min(rows, this.height() - 1);
  }

  /** Clears line by line: some terminals move content that is cleared at once into their scrollback. */
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

import { stripVTControlCharacters } from "node:util";

/** Where the log goes: standard error, as far as it is needed here. */
export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Time, as it passes on the machine or in a test. */
export interface Ticks {
  /** Milliseconds, from whenever. */
  now(): number;
  /** Calls `act` again and again. @returns What ends that. */
  every(ms: number, act: () => void): () => void;
}

export const systemTicks: Ticks = {
  now: () => performance.now(),
  every(ms, act) {
    const timer = setInterval(act, ms).unref();
    return () => clearInterval(timer);
  },
};

export interface Live {
  /** Writes whole lines of the log. */
  log(text: string): void;
  /** Takes the status line away: what is written then stands where it was. */
  end(): void;
}

const wipe = "\r\x1b[2K";

/**
 * Keeps a status line below the log: how long it takes, and where the work stands. It is redrawn in place each second and at each line
 * of the log; the log itself scrolls by above it, whole. Where there is no terminal, the log is all there is.
 */
export function live(terminal: Terminal, env: Record<string, string | undefined>, ticks: Ticks): Live {
  if (!terminal.isTTY || env.TERM === "dumb") return { log: (text) => void terminal.write(text), end: () => undefined };
  const startedAt = ticks.now();
  const [faint, plain] = env.NO_COLOR ? ["", ""] : ["\x1b[2m", "\x1b[22m"];
  let state = "";
  let stop: (() => void) | undefined;
  const status = () => {
    const text = fit(`${clockOf(ticks.now() - startedAt)}  ${state}`, (terminal.columns || 80) - 1);
    return `${faint}${text}${plain}`;
  };
  return {
    log(text) {
      for (const line of text.split("\n")) state = nextState(state, line);
      terminal.write(`${stop ? wipe : ""}${text}${status()}`);
      stop ??= ticks.every(1000, () => terminal.write(`${wipe}${status()}`));
    },
    end() {
      if (stop) terminal.write(wipe);
      stop?.();
      stop = undefined;
    },
  };
}

/**
 * The newest line says where the work stands. Of lines with the time since a beginning (`+1:05 …`), of which there can be many, it is the
 * newest that tells how much is done; data (JSON) is for others to read.
 */
function nextState(state: string, line: string): string {
  const text = stripVTControlCharacters(line).trim();
  if (text === "" || text.startsWith("{")) return state;
  const [stamp = ""] = /^\+\d+:\d\d /.exec(text) ?? [];
  const said = text.slice(stamp.length);
  return stamp !== "" && tellsHowMuch(state) && !tellsHowMuch(said) ? state : said;
}

function tellsHowMuch(text: string): boolean {
  return /\d ?%/.test(text);
}

/** A status that wraps could not be wiped any more. */
function fit(text: string, columns: number): string {
  let width = 0;
  let fitting = "";
  for (const character of text.replace(/\p{Cc}/gu, " ")) {
    // From here on many characters take two columns: better too short than wrapped.
    width += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (width > columns) break;
    fitting += character;
  }
  return fitting;
}

function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

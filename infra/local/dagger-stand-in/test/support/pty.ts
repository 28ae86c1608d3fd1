import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import xterm from "@xterm/headless";

const driver = fileURLToPath(new URL("pty-driver.ts", import.meta.url));
const loader = new URL("../../../typescript.mjs", import.meta.url).href;

export interface Screen {
  columns: number;
  rows: number;
}

/** Terminal after a call. */
export interface Shown {
  exitCode: number;
  /** The lines that can be read afterwards, scrollback included, without empty ones at the end. */
  lines: string[];
  /** Everything that was written. */
  raw: string;
}

/**
 * Makes calls of a module one after the other in a pseudo-terminal. It is that of util-linux's script(1), which is part of every Debian:
 * node-pty needs a compiler, and Python is not on every machine.
 */
export async function onTerminal(
  modulePath: string,
  screen: Screen,
  calls: string[][],
  env: Record<string, string> = {},
): Promise<Shown[]> {
  const { columns, rows } = screen;
  const node = [process.execPath, "--import", loader, driver].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", `stty cols ${columns} rows ${rows} && exec ${node}`, "/dev/null"], {
    env: { ...process.env, NO_COLOR: "1", PTY_MODULE: modulePath, PTY_CALLS: JSON.stringify(calls), ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [written] = await Promise.all([text(child.stdout), once(child, "close")]);
  const parts = written.split(/\u241e(\d+)\r\n/);
  return Promise.all(
    calls.map(async (_, index) => {
      const raw = parts[index * 2] ?? "";
      return { exitCode: Number(parts[index * 2 + 1]), lines: await screenAfter(raw, screen), raw };
    }),
  );
}

/** The lines of a terminal after something was written to it. */
export async function screenAfter(written: string, { columns, rows }: Screen): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "");
  terminal.dispose();
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

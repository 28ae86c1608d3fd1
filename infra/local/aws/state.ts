import { readdirSync, readFileSync, rmSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateDirectory } from "../private-directory.js";
import { takeLock } from "../process-lock.mjs";
import { type Clock, systemClock } from "./clock.js";
import { toJson } from "./stored-map.js";

/** The local AWS's memory on disk: one JSON file a document in the state directory, written atomically, so that a restart finds everything again. */
export interface StateDirectory {
  /** Where further files can be put. */
  readonly path: string;
  /**
   * The named document, read if it is there, else `initial`. The object is the live one: change it, then `save()`.
   * @param restore Makes the value of what the file holds, where maps are objects.
   */
  document<T extends object, Stored = T>(name: string, initial: () => T, restore?: (stored: Stored) => T): Document<T>;
}

export interface Document<T> {
  readonly value: T;
  /** Marks it changed; written soon, atomically (a file beside it, then a rename). */
  save(): void;
  /** Writes what is unsaved now. */
  flush(): Promise<void>;
}

/** State that this process holds: nobody else can open it until it is closed. */
export interface OpenState extends StateDirectory {
  /** Writes everything that is unsaved and lets go of the directory. */
  close(): Promise<void>;
}

export interface StateOptions {
  /** Forgets everything that the directory holds. */
  reset?: boolean;
  clock?: Clock;
  /** Hears of a document that could not be written; it stays unsaved and is tried again at the next change. */
  log?: (line: string) => void;
}

/** How long changes are gathered before they are written, in milliseconds. */
const WRITE_DELAY = 50;

/**
 * Opens (or makes, mode 0700) the state in a directory and locks it. It lies in a folder of its own there, so that a reset can never
 * take anything else away. Throws, naming the process, when another has it open.
 */
export function openState(directory: string, options: StateOptions = {}): OpenState {
  const { clock = systemClock, log = () => {} } = options;
  const path = join(directory, "local-aws");
  makePrivateDirectory(path);
  const unlock = takeLock(
    lockPath(directory),
    (pid) => `${path} is in use by process ${pid}. Stop that process, or name another state directory.`,
  );
  if (options.reset) empty(path);

  const documents: Document<object>[] = [];
  return {
    path,
    document<T extends object, Stored = T>(name: string, initial: () => T, restore?: (stored: Stored) => T) {
      const file = join(path, `${name}.json`);
      const opened = openDocument(file, readDocument(file, initial, restore), clock, log);
      documents.push(opened);
      return opened;
    },
    async close() {
      try {
        await Promise.all(documents.map((each) => each.flush()));
      } finally {
        unlock();
      }
    },
  };
}

/** Path of the lock that the process holds that has the state in a directory open. */
export function lockPath(directory: string): string {
  return join(directory, "local-aws", "lock");
}

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    // Only a new file is written to: no link of that name is followed.
    await rm(beside, { force: true });
    await writeFile(beside, content, { mode: 0o600, flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function empty(path: string): void {
  for (const entry of readdirSync(path)) {
    if (entry !== "lock") rmSync(join(path, entry), { recursive: true, force: true });
  }
}

function openDocument<T extends object>(
  path: string,
  value: T,
  clock: Clock,
  log: (line: string) => void,
): Document<T> {
  let unsaved = false;
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (!unsaved) return;
    unsaved = false;
    try {
      await writePrivately(path, `${toJson(value, 1)}\n`);
    } catch (error) {
      unsaved = true;
      throw new Error(`${path} could not be written: ${(error as Error).message}. It stays in memory.`, {
        cause: error,
      });
    }
  }
  /** One write at a time: an older one must not be renamed over a newer one. */
  function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write, write);
    return writing;
  }
  return {
    value,
    save() {
      unsaved = true;
      cancel ??= clock.after(WRITE_DELAY, () => flush().catch((error: Error) => log(error.message)));
    },
    flush,
  };
}

function readDocument<T extends object, Stored>(
  path: string,
  initial: () => T,
  restore = (stored: Stored) => stored as unknown as T,
): T {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return initial();
    throw error;
  }
  try {
    const stored: unknown = JSON.parse(content);
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) throw new Error("it is no JSON object");
    // A document of an earlier version may lack members.
    return { ...initial(), ...restore(stored as Stored) };
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}. Start with --reset to begin anew.`, {
      cause: error,
    });
  }
}

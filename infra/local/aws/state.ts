import { readdirSync, readFileSync, rmSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateDirectory } from "../private-directory.js";
import { takeLock } from "../process-lock.mjs";
import { type Clock, systemClock } from "./clock.js";
import { toJson } from "./stored-map.js";

/** State on disk: one JSON file per document, written atomically, so that a restart finds everything again. */
export interface StateDirectory {
  /** Directory for further files; absent for state in memory. */
  readonly path?: string;
  /**
   * Opens a document: its file's content, or `initial` if there is none. Change the returned object, then call `save()`.
   * @param restore Converts the file's content, where maps are objects.
   */
  document<T extends object, Stored = T>(name: string, initial: () => T, restore?: (stored: Stored) => T): Document<T>;
}

export interface Document<T> {
  readonly value: T;
  /** Marks the document as changed; it is written within 50 ms, atomically (a temporary file, then a rename). */
  save(): void;
  /** Writes unsaved changes now. */
  flush(): Promise<void>;
}

/** State locked by this process until it is closed. */
export interface OpenState extends StateDirectory {
  readonly path: string;
  /** Writes all unsaved changes and unlocks the directory. */
  close(): Promise<void>;
}

export interface StateOptions {
  /** Deletes everything in the directory first. */
  reset?: boolean;
  clock?: Clock;
  /** Receives write errors. The document stays unsaved; the next change tries again. */
  log?: (line: string) => void;
}

/** Time that changes are collected before a write, in milliseconds. */
const WRITE_DELAY = 50;

/**
 * Opens or creates (mode 0700) the state in a directory and locks it. It is stored in a folder of its own, so that a reset can't delete
 * anything else.
 * @throws Error that names the process, when another one has it open.
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

/** Writes a file with mode 0600, atomically. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    // Flag wx: an existing link of that name is not followed.
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
  /** Writes one at a time: an older file must not replace a newer one. */
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
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) throw new Error("not a JSON object");
    // A document of an earlier version can lack members.
    return { ...initial(), ...restore(stored as Stored) };
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}. Start with --reset to delete it.`, {
      cause: error,
    });
  }
}

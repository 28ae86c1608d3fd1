import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes this process the only user of a directory; the returned function lets go.
 * The lock of a process that is gone is taken over. Throws, naming the process, when one still runs.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, "lock");
  const mine = identity(process.pid);
  for (;;) {
    if (take(path, mine)) return () => rmSync(path, { force: true });
    const holder = content(path);
    if (holder === undefined) continue;
    if (runs(holder)) {
      throw new Error(
        `${directory} is in use by process ${holder.split(" ")[0]}. Stop that process, or name another state directory.`,
      );
    }
    discard(path, holder);
  }
}

/** A link appears with its content already in it: nobody ever reads a half-written lock. */
function take(path: string, mine: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Two processes may find the same stale lock: only what was judged stale is thrown away, a newer one is put back. */
function discard(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (content(aside) === stale) rmSync(aside);
  else renameSync(aside, path);
}

function content(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function runs(holder: string): boolean {
  const pid = Number(holder.split(" ")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return identity(pid) === holder;
}

/** A process id alone is reused after a reboot or in a new container: its start time (clock ticks since boot) goes with it. */
function identity(pid: number): string {
  const stat = content(`/proc/${pid}/stat`);
  // The second field is the command's name in parentheses, which may hold blanks; after it come the state and, as the 20th, the start.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  // A zombie has ended; it only waits for its parent to take notice.
  return fields[0] === "Z" ? "" : `${pid} ${fields[19] ?? ""}`;
}

// A lock that a process holds on a file's path. Plain Node: the start of every command needs it before any package is installed.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Takes the lock at a path, which lies in a directory that only its rightful users can write to. A lock whose process has ended is
 * taken over, also when its process id belongs to another process by now.
 *
 * @param {string} path
 * @param {(pid: number) => string} refusal Message of the error that is thrown while another process, or this one, holds the lock.
 * @returns {() => void} Releases the lock.
 */
export function takeLock(path, refusal) {
  const mine = identity(process.pid);
  for (;;) {
    if (link(path, mine)) return () => rmSync(path, { force: true });
    const holder = content(path);
    if (holder === undefined) continue;
    const pid = runningPid(holder);
    if (pid !== undefined) throw new Error(refusal(pid));
    discard(path, holder);
  }
}

/**
 * Returns the id of the process that holds the lock at a path.
 *
 * @param {string} path
 * @returns {number | undefined} Undefined when there is no lock or its process has ended.
 */
export function lockHolder(path) {
  const holder = content(path);
  return holder === undefined ? undefined : runningPid(holder);
}

/**
 * Creates the lock. A link appears with its content already in it, so that no process reads a half-written lock.
 *
 * @param {string} path
 * @param {string} mine
 */
function link(path, mine) {
  const draft = `${path}.${process.pid}`;
  // A process that was killed may have left a draft under this id. In a shared checkout the lock's readers can be other users.
  rmSync(draft, { force: true });
  writeFileSync(draft, mine, { mode: 0o644, flag: "wx" });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/**
 * Removes a stale lock. Two processes may find the same one: a newer lock that was moved aside by mistake is put back.
 *
 * @param {string} path
 * @param {string} stale
 */
function discard(path, stale) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (content(aside) === stale) rmSync(aside);
  else renameSync(aside, path);
}

/** @param {string} path */
function content(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {string} holder */
function runningPid(holder) {
  const pid = Number(holder.split(" ")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const found = identity(pid);
  // Where /proc hides other users' processes, a process that may not be signalled is taken for the holder.
  const same = found === holder || (found === `${pid} ` && !maySignal(pid));
  return same ? pid : undefined;
}

/** @param {number} pid */
function maySignal(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "EPERM";
  }
}

/**
 * Returns a process's id and start time, in clock ticks since boot: an id alone is reused, at the latest after a reboot or in a new
 * container. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 *
 * @param {number} pid
 */
function identity(pid) {
  const stat = content(`/proc/${pid}/stat`);
  // The second field is the command's name in parentheses, which may hold blanks; after it come the state and, as the 20th, the start.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  // A zombie has ended; it only waits for its parent to collect its exit status.
  return fields[0] === "Z" ? "" : `${pid} ${fields[19] ?? ""}`;
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}

import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Only one rehearsal at a time owns its state directory. */
export interface Lock {
  release(): Promise<void>;
}

/** @throws Error naming the process that holds it. The lock of a process that is gone is taken over. */
export async function takeLock(directory: string): Promise<Lock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "rehearsal.lock");
  for (;;) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(await readFile(path, "utf8").catch(() => "0"));
      if (owner && isRunning(owner)) {
        throw new Error(
          `Another rehearsal is running on this machine (process ${owner}). Let it end, or stop it first.`,
        );
      }
      await rm(path, { force: true });
    }
  }
}

/** Whether a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

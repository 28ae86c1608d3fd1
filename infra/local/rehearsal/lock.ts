import { join } from "node:path";
import { makePrivateDirectory } from "../private-directory.js";
import { takeLock as takeProcessLock } from "../process-lock.mjs";

/** Lock of the state directory: one rehearsal at a time. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock, also from a process that has ended. @throws {Error} A running process holds it; the message has its id. */
export async function takeLock(directory: string): Promise<Lock> {
  makePrivateDirectory(directory);
  const release = takeProcessLock(
    join(directory, "rehearsal.lock"),
    (pid) => `Another rehearsal is running on this machine (process ${pid}). Let it end, or stop it first.`,
  );
  return { release: async () => release() };
}

import { join } from "node:path";
import { makePrivateDirectory } from "../private-directory.js";
import { takeLock as takeProcessLock } from "../process-lock.mjs";

/** Only one rehearsal at a time owns its state directory. */
export interface Lock {
  release(): Promise<void>;
}

/** @throws Error naming the process that holds it. The lock of a process that has ended is taken over. */
export async function takeLock(directory: string): Promise<Lock> {
  makePrivateDirectory(directory);
  const release = takeProcessLock(
    join(directory, "rehearsal.lock"),
    (pid) => `Another rehearsal is running on this machine (process ${pid}). Let it end, or stop it first.`,
  );
  return { release: async () => release() };
}

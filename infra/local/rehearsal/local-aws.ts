import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { lockPath } from "../aws/state.js";
import { lockHolder } from "../process-lock.mjs";

const main = fileURLToPath(new URL("../aws/main.ts", import.meta.url));
const typescript = import.meta.resolve("../typescript.mjs");

/** A local AWS in a process of its own, so that it can outlive the rehearsal. */
export interface LocalAws {
  url: string;
  port: number;
  pid: number;
  /** `aws configure export-credentials` format, mode 0600. */
  credentialsFile: string;
  logFile: string;
  /** Ends it and waits until its containers are gone. */
  stop(): Promise<void>;
}

interface Endpoint {
  url: string;
  port: number;
  pid: number;
}

/**
 * Starts one with an empty state directory.
 *
 * @param options Further options of `npm run aws`.
 * @throws Error with the last lines of its log when it does not come up.
 */
export async function startLocalAws(
  stateDir: string,
  port: number,
  signal: AbortSignal,
  options: string[] = [],
): Promise<LocalAws> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await rm(join(stateDir, "endpoint.json"), { force: true });
  const logFile = join(stateDir, "aws.log");
  await rm(logFile, { force: true });
  const log = openSync(logFile, "a", 0o600);
  const args = ["--port", String(port), "--state", stateDir, "--profile", "rehearsal", "--reset", ...options];
  // A group of its own: the terminal's Ctrl-C goes to the rehearsal, which then ends this process in order.
  const child = spawn(process.execPath, ["--import", typescript, main, ...args], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.unref();
  const endpoint = await waitUntilItListens(child, stateDir, logFile, signal);
  return describe(stateDir, endpoint);
}

/** The local AWS that an earlier `--keep` left in this directory, if it still runs. */
export async function findKept(stateDir: string): Promise<LocalAws | undefined> {
  const endpoint = await readEndpoint(stateDir);
  return endpoint && isRunning(stateDir, endpoint.pid) ? describe(stateDir, endpoint) : undefined;
}

async function waitUntilItListens(child: ChildProcess, stateDir: string, logFile: string, signal: AbortSignal) {
  for (;;) {
    const endpoint = await readEndpoint(stateDir);
    if (endpoint) return endpoint;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The local AWS did not start. It said:\n${(await readFile(logFile, "utf8")).trim()}`);
    }
    if (signal.aborted) {
      child.kill("SIGTERM");
      await once(child, "exit");
      throw signal.reason;
    }
    await delay(50);
  }
}

async function readEndpoint(stateDir: string): Promise<Endpoint | undefined> {
  try {
    return JSON.parse(await readFile(join(stateDir, "endpoint.json"), "utf8")) as Endpoint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function describe(stateDir: string, { url, port, pid }: Endpoint): LocalAws {
  return {
    url,
    port,
    pid,
    credentialsFile: join(stateDir, "credentials.json"),
    logFile: join(stateDir, "aws.log"),
    async stop() {
      if (!isRunning(stateDir, pid)) return;
      process.kill(pid, "SIGTERM");
      while (isRunning(stateDir, pid)) await delay(50);
    },
  };
}

/** Checks the lock of the state, which knows a local AWS from a later process with the same id. */
function isRunning(stateDir: string, pid: number): boolean {
  return lockHolder(lockPath(stateDir)) === pid;
}

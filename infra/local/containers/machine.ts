import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { EngineError } from "./errors.js";
import type { Machine } from "./install-plan.js";

const execute = promisify(execFile);

/** Looks at this machine. Changes nothing. */
export async function readMachine(): Promise<Machine> {
  const uid = process.getuid?.() ?? -1;
  return {
    os: process.platform,
    families: families(textOf("/etc/os-release")),
    uid,
    sudo: uid !== 0 && (await succeeds("sudo", ["-n", "true"])),
    systemd: existsSync("/run/systemd/system"),
    dockerd: ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"].some((path) => existsSync(path)),
    dockerdRuns: processIds().some((pid) => commandOf(pid) === "dockerd"),
    stalePid: isStale(textOf("/var/run/docker.pid").trim()),
    knowsPackage: await succeeds("apt-cache", ["show", "--no-all-versions", "docker.io"]),
  };
}

/** @throws {EngineError} It failed; the message has the end of its output. */
export async function runCommand(argv: string[]): Promise<void> {
  const [command = "", ...args] = argv;
  try {
    await execute(command, args, { maxBuffer: 64 << 20 });
  } catch (error) {
    const { stderr = "", stdout = "", code } = error as { stderr?: string; stdout?: string; code?: number | string };
    const output = (stderr.trim() || stdout.trim()).split("\n").slice(-8).join("\n");
    throw new EngineError(`"${argv.join(" ")}" failed (${code}):\n${output}`);
  }
}

/** Starts the daemon so that it outlives this process. It keeps its process id in /var/run/docker.pid. */
export function startDaemon(argv: string[]): void {
  const [command = "", ...args] = argv;
  spawn(command, args, { detached: true, stdio: "ignore" }).unref();
}

function families(osRelease: string): string[] {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1] ?? "";
  return [value("ID"), ...value("ID_LIKE").split(" ")].filter((word) => word !== "");
}

function isStale(pid: string): boolean {
  return /^\d+$/.test(pid) && existsSync(`/proc/${pid}`) && commandOf(pid) !== "dockerd";
}

function processIds(): string[] {
  return existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
}

function commandOf(pid: string): string {
  return textOf(`/proc/${pid}/comm`).trim();
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: a process that ended between listing and reading.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  try {
    await execute(command, args, { maxBuffer: 16 << 20 });
    return true;
  } catch {
    return false;
  }
}

import { execFile, spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { ContainerRuntimeError, messageOf } from "./errors.js";
import type { Machine } from "./install-plan.js";

const execute = promisify(execFile);

const pidFiles = { dockerd: "/var/run/docker.pid", containerd: "/var/run/docker/containerd/containerd.pid" };

/** Reads the properties of this machine. Changes nothing. */
export async function readMachine(): Promise<Machine> {
  const uid = process.getuid?.() ?? -1;
  const running = namesOfProcesses();
  return {
    os: process.platform,
    families: families(textOf("/etc/os-release")),
    uid,
    sudo: uid !== 0 && (await succeeds("sudo", ["-n", "true"])),
    systemd: existsSync("/run/systemd/system"),
    dockerd: ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"].some((path) => existsSync(path)),
    dockerdRuns: running.has("dockerd"),
    stalePidFiles: Object.entries(pidFiles).flatMap(([daemon, file]) =>
      running.has(daemon) || running.has("dockerd") || isAbsent(file) ? [] : [file],
    ),
    knowsPackage: await succeeds("apt-cache", ["show", "--no-all-versions", "docker.io"]),
  };
}

/** Runs a command. @throws {ContainerRuntimeError} It fails; the message has the end of its output. */
export async function runCommand(argv: string[]): Promise<void> {
  const [command = "", ...args] = argv;
  try {
    await execute(command, args, { maxBuffer: 64 << 20 });
  } catch (error) {
    const { stderr = "", stdout = "", code } = error as { stderr?: string; stdout?: string; code?: number | string };
    const output = lastLines(stderr.trim() || stdout.trim());
    throw new ContainerRuntimeError(`"${argv.join(" ")}" failed (${code}):\n${output}`);
  }
}

/**
 * Starts the daemon so that it outlives this process.
 *
 * @returns Function that returns the daemon's exit code or signal as text, or undefined while it runs.
 */
export function startDaemon(argv: string[]): () => string | undefined {
  const [command = "", ...args] = argv;
  let end: string | undefined;
  const daemon = spawn(command, args, { detached: true, stdio: "ignore" });
  daemon.once("error", (error) => {
    end = error.message;
  });
  daemon.once("exit", (code, signal) => {
    end = signal === null ? `exit code ${code}` : `signal ${signal}`;
  });
  daemon.unref();
  return () => end;
}

/** Returns the last lines of a log. */
export function endOf(file: string): string {
  try {
    return lastLines(readFileSync(file, "utf8").trimEnd());
  } catch (error) {
    return messageOf(error);
  }
}

const lastLines = (text: string) => text.split("\n").slice(-8).join("\n");

function families(osRelease: string): string[] {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1] ?? "";
  return [value("ID"), ...value("ID_LIKE").split(" ")].filter((word) => word !== "");
}

/** Returns true when a file does not exist; false also without permission, as in Docker's own directories. */
function isAbsent(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function namesOfProcesses(): Set<string> {
  const ids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return new Set(ids.map((id) => nameOfLiving(textOf(`/proc/${id}/stat`))).filter((name) => name !== undefined));
}

/**
 * Returns the name of a process from its /proc/PID/stat; undefined for a zombie, which keeps PID and name until its parent waits for it: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function nameOfLiving(stat: string): string | undefined {
  const { name, state } = /\((?<name>.*)\) (?<state>\S)/s.exec(stat)?.groups ?? {};
  return state === "Z" ? undefined : name;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: the process ended between listing and reading.
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

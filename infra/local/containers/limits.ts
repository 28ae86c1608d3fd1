import { readFileSync } from "node:fs";

/** Item of `HostConfig.Ulimits`. */
export interface Ulimit {
  Name: string;
  Soft: number;
  Hard: number;
}

/** Fargate's default limits of a task. */
const wanted: Ulimit[] = [
  { Name: "nofile", Soft: 65535, Hard: 65535 },
  { Name: "nproc", Soft: 65535, Hard: 65535 },
];

/**
 * Returns the limits of a container, clamped to this machine's own: without CAP_SYS_RESOURCE a runtime can't raise them, and rejects the
 * container.
 *
 * @param overrides Limits that replace the defaults, by name; unlimited is -1.
 * @param limits Content of `/proc/self/limits`.
 * @param pidMax Maximum number of processes of the kernel.
 */
export function clampedUlimits(
  overrides: Ulimit[] = [],
  limits = readFileSync("/proc/self/limits", "utf8"),
  pidMax = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8")),
): Ulimit[] {
  const byName = new Map([...wanted, ...overrides].map((limit) => [limit.Name, limit]));
  return [...byName.values()].map(({ Name, Soft, Hard }) => {
    const own = hardLimit(Name, limits);
    // Podman lowers its own limit to that number at its start, and no container can have more.
    const hard = least(Hard, Name === "nproc" ? least(own, pidMax) : own);
    return { Name, Soft: least(Soft, hard), Hard: hard };
  });
}

const titles: Record<string, string> = {
  core: "Max core file size",
  cpu: "Max cpu time",
  data: "Max data size",
  fsize: "Max file size",
  locks: "Max file locks",
  memlock: "Max locked memory",
  msgqueue: "Max msgqueue size",
  nice: "Max nice priority",
  nofile: "Max open files",
  nproc: "Max processes",
  rss: "Max resident set",
  rtprio: "Max realtime priority",
  rttime: "Max realtime timeout",
  sigpending: "Max pending signals",
  stack: "Max stack size",
};

function hardLimit(name: string, limits: string): number {
  const line = limits.split("\n").find((line) => line.startsWith(`${titles[name]} `)) ?? "";
  const hard = line.slice(26).trim().split(/\s+/)[1];
  return hard === undefined || hard === "unlimited" ? -1 : Number(hard);
}

function least(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}

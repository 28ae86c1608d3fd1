import { EngineError } from "./errors.js";

/** What decides how an engine can be had on this machine. */
export interface Machine {
  os: NodeJS.Platform;
  /** From /etc/os-release: ID and the words of ID_LIKE. */
  families: string[];
  uid: number;
  /** Whether `sudo` works without a password. */
  sudo: boolean;
  systemd: boolean;
  dockerd: boolean;
  /** Whether a dockerd process is there already, still starting perhaps. */
  dockerdRuns: boolean;
  /** Pid files that a killed dockerd and its containerd left. Where the number has gone to another process, dockerd ends at once or waits for a containerd that never comes. */
  stalePidFiles: string[];
  /** Whether apt's package lists have docker.io. */
  knowsPackage: boolean;
}

export interface Command {
  /** What it does, for people. */
  say: string;
  argv: string[];
}

/** What to do, in order: commands, then the daemon, then what needs the daemon. */
export interface InstallPlan {
  /** One paragraph for the person who is asked: what will be done and why. */
  description: string;
  commands: Command[];
  /** Started detached where no systemd does it. */
  daemon?: Command;
  afterwards: Command[];
  /** Where to look when it does not come up. */
  seeAlso: string;
}

const packages = ["docker.io", "iptables"];
/** What a dockerd started here writes to. */
export const logFile = "/var/log/dockerd.log";

/**
 * Pure: from what the machine is to what must be done.
 *
 * @throws {EngineError} Not possible here; the message says what to install by hand.
 */
export function planInstall(machine: Machine): InstallPlan {
  refuse(machine);
  const asRoot = (argv: string[]) => (machine.uid === 0 ? argv : ["sudo", "-n", ...argv]);
  const commands: Command[] = [];
  if (!machine.dockerd) commands.push(...install(machine, asRoot));
  for (const file of machine.stalePidFiles) {
    commands.push({ say: `Removing ${file}, left by a daemon that was killed`, argv: asRoot(["rm", "-f", file]) });
  }
  if (machine.systemd) {
    commands.push({ say: "Starting docker.service", argv: asRoot(["systemctl", "start", "docker"]) });
  }
  const daemon = {
    say: `Starting dockerd (log: ${logFile})`,
    argv: asRoot(["sh", "-c", `exec dockerd >>${logFile} 2>&1`]),
  };
  return {
    description: describe(machine),
    commands,
    ...(machine.systemd || machine.dockerdRuns ? {} : { daemon }),
    afterwards: machine.uid === 0 ? [] : [openSocket(machine, asRoot)],
    seeAlso: machine.systemd ? 'See "journalctl -u docker".' : `See ${logFile}.`,
  };
}

function refuse({ os, families, uid, sudo, dockerd }: Machine): void {
  const byHand = "Install and start Docker Engine or Podman (its root service) yourself, then run this again";
  if (os !== "linux")
    throw new EngineError(`Containers are run on Linux only, and this is ${os}. Use a Linux machine.`);
  if (uid !== 0 && !sudo) {
    throw new EngineError(
      `No container engine answers, and installing one needs root or a sudo that asks no password. ${byHand}: ` +
        `on Debian, "apt-get install -y --no-install-recommends ${packages.join(" ")}" as root, then start dockerd.`,
    );
  }
  if (!dockerd && !families.includes("debian")) {
    throw new EngineError(
      `No container engine answers, and only Debian's family of systems is known here (this is ${families[0] ?? "unknown"}). ${byHand}.`,
    );
  }
}

function install(machine: Machine, asRoot: (argv: string[]) => string[]): Command[] {
  const apt = asRoot(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
  const update = { say: "Reading the distribution's package lists", argv: [...apt, "update"] };
  return [
    ...(machine.knowsPackage ? [] : [update]),
    {
      say: `Installing ${packages.join(" and ")} from the distribution's packages`,
      argv: [...apt, "install", "-y", "--no-install-recommends", ...packages],
    },
  ];
}

function openSocket({ uid }: Machine, asRoot: (argv: string[]) => string[]): Command {
  return {
    say: "Giving the engine's socket to you",
    argv: asRoot(["chown", String(uid), "/var/run/docker.sock"]),
  };
}

function describe({ dockerd, uid, systemd }: Machine): string {
  const why = "Tasks run as real containers, and no container engine answers on this machine.";
  const start = systemd
    ? "dockerd is started through systemd"
    : `dockerd is started in the background, with its log in ${logFile}`;
  const what = dockerd
    ? `Docker Engine is installed: ${start}.`
    : `${packages.join(" and ")} (about 60 MB to fetch, 250 MB on disk) are installed with apt-get, and ${start}. It sets up its own ` +
      "bridge network and iptables rules.";
  const socket =
    uid === 0
      ? ""
      : " sudo is used, and the socket /var/run/docker.sock is given to you, which is as good as root here.";
  return `${why} ${what}${socket} It stays afterwards: "apt-get purge docker.io" removes it.`;
}

import { ContainerRuntimeError } from "./errors.js";

/** Properties of this machine that decide how a runtime can be installed. */
export interface Machine {
  os: NodeJS.Platform;
  /** From /etc/os-release: ID and the words of ID_LIKE. */
  families: string[];
  uid: number;
  /** True when `sudo` works without a password. */
  sudo: boolean;
  systemd: boolean;
  dockerd: boolean;
  /** True when a dockerd process runs, possibly still starting. */
  dockerdRuns: boolean;
  /** PID files left by a killed dockerd and its containerd. If another process has the PID, dockerd exits at once or waits for containerd forever. */
  stalePidFiles: string[];
  /** True when apt's package lists contain docker.io. */
  knowsPackage: boolean;
}

interface Command {
  /** Description of the step, for the log. */
  title: string;
  argv: string[];
}

/** Steps of an installation, in order: commands, then the daemon, then commands that need the daemon. */
export interface InstallPlan {
  /** Paragraph for the consent prompt: the steps and the reason. */
  description: string;
  commands: Command[];
  /** Started detached where no systemd does it. */
  daemon?: Command;
  afterwards: Command[];
  /** Next step when the daemon does not start. */
  seeAlso: string;
}

const packages = ["docker.io", "iptables"];
/** Log file of a dockerd that this module starts. */
export const logFile = "/var/log/dockerd.log";

/**
 * Plans the installation of a container runtime on a machine. Pure.
 *
 * @throws {ContainerRuntimeError} Not possible; the message states what to install manually.
 */
export function planInstall(machine: Machine): InstallPlan {
  refuse(machine);
  const asRoot = (argv: string[]) => (machine.uid === 0 ? argv : ["sudo", "-n", ...argv]);
  const commands: Command[] = [];
  if (!machine.dockerd) commands.push(...install(machine, asRoot));
  for (const file of machine.stalePidFiles) {
    commands.push({ title: `Removing ${file}, left by a daemon that was killed`, argv: asRoot(["rm", "-f", file]) });
  }
  if (machine.systemd) {
    commands.push({ title: "Starting docker.service", argv: asRoot(["systemctl", "start", "docker"]) });
  }
  const daemon = {
    title: `Starting dockerd (log: ${logFile})`,
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
  const byHand = "Install and start Docker Engine or Podman (its root service) manually, then run this command again";
  if (os !== "linux")
    throw new ContainerRuntimeError(`Containers run on Linux only; this machine runs ${os}. Use a Linux machine.`);
  if (uid !== 0 && !sudo) {
    throw new ContainerRuntimeError(
      `No container runtime answers, and installing one requires root or sudo without a password. ${byHand}: ` +
        `on Debian, "apt-get install -y --no-install-recommends ${packages.join(" ")}" as root, then start dockerd.`,
    );
  }
  if (!dockerd && !families.includes("debian")) {
    throw new ContainerRuntimeError(
      `No container runtime answers, and only Debian-based systems are supported (this is ${families[0] ?? "unknown"}). ${byHand}.`,
    );
  }
}

function install(machine: Machine, asRoot: (argv: string[]) => string[]): Command[] {
  const apt = asRoot(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
  const update = { title: "Reading the distribution's package lists", argv: [...apt, "update"] };
  return [
    ...(machine.knowsPackage ? [] : [update]),
    {
      title: `Installing ${packages.join(" and ")} from the distribution's packages`,
      argv: [...apt, "install", "-y", "--no-install-recommends", ...packages],
    },
  ];
}

function openSocket({ uid }: Machine, asRoot: (argv: string[]) => string[]): Command {
  return {
    title: "Changing the owner of the runtime's socket to the current user",
    argv: asRoot(["chown", String(uid), "/var/run/docker.sock"]),
  };
}

function describe({ dockerd, uid, systemd }: Machine): string {
  const why = "Tasks run as real containers, and no container runtime answers on this machine.";
  const start = systemd
    ? "dockerd is started through systemd"
    : `dockerd is started in the background, with its log in ${logFile}`;
  const what = dockerd
    ? `Docker Engine is installed: ${start}.`
    : `${packages.join(" and ")} (about 60 MB download, 250 MB on disk) are installed with apt-get, and ${start}. It sets up its own ` +
      "bridge network and iptables rules.";
  const socket =
    uid === 0
      ? ""
      : " sudo is used, and the current user becomes the owner of /var/run/docker.sock, which is equivalent to root access.";
  return `${why} ${what}${socket} It remains installed: "apt-get purge docker.io" removes it.`;
}

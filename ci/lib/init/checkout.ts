import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Directory, Workspace } from "@dagger.io/dagger";
import { exported } from "../image/sources.js";

/** The user's repository, as far as `init` reads it. */
export interface Checkout {
  /** Contents by path, relative to the root: those of `init`'s own files that exist already, dagger.json and .gitignore. */
  files: ReadonlyMap<string, string>;
  /** Contents of each Dockerfile by its path. */
  dockerfiles: ReadonlyMap<string, string>;
  /** Contents of each Terraform file by its path. */
  terraform: ReadonlyMap<string, string>;
  /** The directory that the command was run in, relative to the root: `.` for the root. */
  cwd: string;
}

/** Bytes of a file that is read at most; what is longer counts as empty. */
const longest = 1024 * 1024;

/** Reads the caller's repository. Ignored files count only where `init` would write: `.env` is often ignored. */
export async function readCheckout(workspace: Workspace, written: readonly string[]): Promise<Checkout> {
  const own = workspace.directory("/", { include: ["dagger.json", ".gitignore", ...written] });
  const sources = workspace.directory("/", {
    include: ["**/Dockerfile", "**/*.tf"],
    exclude: ["**/.git", "**/node_modules", "**/.terraform"],
    gitignore: true,
  });
  const [files, found, cwd] = await Promise.all([textsOf(own), textsOf(sources), workspace.path()]);
  const only = (end: RegExp) => new Map([...found].filter(([path]) => end.test(path)));
  return {
    files,
    dockerfiles: only(/(^|\/)Dockerfile$/),
    terraform: only(/\.tf$/),
    cwd: cwd.replace(/^\/+/, "") || ".",
  };
}

async function textsOf(directory: Directory): Promise<Map<string, string>> {
  return await exported(directory, async (root) => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
      .sort();
    return new Map(await Promise.all(paths.map(async (path) => [path, await textOf(join(root, path))] as const)));
  });
}

/** A link to what is not there, a device or a huge file has no text: it exists all the same. */
async function textOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() && found.size <= longest ? await readFile(path, "utf8") : "";
}

/** The `dagger call` prefix that calls the functions in a repository. */
export interface Invocation {
  /** Such as `dagger call slipway`. */
  command: string;
  /** Begins the names of the constructor's arguments in `.env`, such as `SLIPWAY_`. */
  prefix: string;
  /** False where dagger.json has no entry of Slipway: the module is then named by `dagger -m`. */
  isInstalled: boolean;
}

/** The module's name in dagger.json. */
const MODULE = "slipway";
const PREFIX = `${MODULE.toUpperCase()}_`;

/**
 * Reads from dagger.json how the functions are called: of the repository's main module, of a toolchain, or by `-m`. Pure.
 * https://docs.dagger.io/core-concepts/toolchains
 */
export function invocationOf(daggerJson: string | undefined): Invocation {
  const { name, sdk, blueprint, toolchains = [] } = parsed(daggerJson);
  if (name === MODULE && sdk !== undefined) return { command: "dagger call", prefix: "", isInstalled: true };
  if (blueprint?.name === MODULE) return { command: "dagger call", prefix: PREFIX, isInstalled: true };
  const toolchain = toolchains.find((one) => one.name === MODULE || /\bslipway\b/.test(one.source ?? ""));
  if (!toolchain) return { command: "dagger -m MODULE call", prefix: PREFIX, isInstalled: false };
  const called = toolchain.name && /^[\w-]+$/.test(toolchain.name) ? toolchain.name : MODULE;
  const prefix = `${called.replaceAll("-", "_").toUpperCase()}_`;
  return { command: `dagger call ${called}`, prefix, isInstalled: true };
}

interface DaggerJson {
  name?: string;
  sdk?: unknown;
  blueprint?: { name?: string };
  toolchains?: { name?: string; source?: string }[];
}

function parsed(json: string | undefined): DaggerJson {
  try {
    return JSON.parse(json ?? "{}") as DaggerJson;
  } catch {
    return {};
  }
}

/** The Dockerfile that is built, and what the target states for it. */
export interface FoundDockerfile {
  /** Undefined where there is none, or where several leave open which one. */
  path?: string;
  /** Of the target; absent where the defaults fit. */
  build?: { context: string };
  hasTests: boolean;
}

/** Finds the Dockerfile: the root's, else the one in a directory of one of these names, else the only one. Pure. */
export function findDockerfile(dockerfiles: Checkout["dockerfiles"], names: readonly string[]): FoundDockerfile {
  // A target's path takes no backslash, and no line of a report takes a control character.
  const paths = [...dockerfiles.keys()].filter((path) => /^[^\\\p{Cc}]{1,1000}$/u.test(path));
  const inDirectoryOf = (name: string) => paths.filter((path) => path.split("/").at(-2) === name);
  const named = names.map(inDirectoryOf).find((found) => found.length === 1)?.[0];
  const path = dockerfiles.has("Dockerfile") ? "Dockerfile" : (named ?? (paths.length === 1 ? paths[0] : undefined));
  if (path === undefined) return { hasTests: false };
  const hasTests = /^\s*FROM\s.+\sAS\s+test\s*$/im.test(dockerfiles.get(path) ?? "");
  return path === "Dockerfile"
    ? { path, hasTests }
    : { path, build: { context: path.replace(/\/Dockerfile$/, "") }, hasTests };
}

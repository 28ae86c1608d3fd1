import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";

/** Module in a repository. */
export interface ModuleSource {
  name: string;
  /** Directory of dagger.json. */
  root: string;
  /** Package of the module. */
  directory: string;
  /** Package of the SDK, in the module's directory or above it. */
  sdk: string;
  /** Base of absolute default paths: the git repository, or the module's root outside of one. */
  context: string;
  /** Base of relative default paths: the module's root, or the root of the repository that has installed it as a toolchain. */
  defaultsRoot: string;
  /** Present when the module is called as a toolchain. */
  toolchain?: InstalledToolchain;
}

/** Entry of an installed toolchain in a repository's dagger.json. */
export interface InstalledToolchain {
  /** Name by which it is called. */
  name: string;
  customizations: Customization[];
}

/** Default that a repository sets for an argument of a toolchain. */
interface Customization {
  /** Path of the function; absent or empty for the constructor. */
  function?: string[];
  argument: string;
  default?: string;
  defaultPath?: string;
  ignore?: string[];
}

/** Part of a dagger.json that is read here. */
export interface ModuleConfig {
  name?: string;
  sdk?: { source?: string } | string;
  source?: string;
  engineVersion?: string;
  toolchains?: { name: string; source: string; customizations?: Customization[] }[];
}

/**
 * Reads the nearest dagger.json upward.
 *
 * @throws {StandInError} There is none.
 */
export function findConfig(from: string): { root: string; config: ModuleConfig } {
  const root = findUp(from, "dagger.json");
  if (!root)
    throw new StandInError(`There is no dagger.json in ${resolve(from)} or above it, so there is no module to call.`);
  return { root, config: JSON.parse(readFileSync(join(root, "dagger.json"), "utf8")) as ModuleConfig };
}

/** Returns the directory of the git repository that a directory is in; the directory itself outside of one. */
export function contextOf(root: string): string {
  return findUp(root, ".git") ?? root;
}

/**
 * The module of the nearest dagger.json upward.
 *
 * @throws {StandInError} There is none, it is in another language, or its SDK is not installed or of another version.
 */
export function findModule(from: string): ModuleSource {
  const { root, config } = findConfig(from);
  const path = join(root, "dagger.json");
  const { name = "", sdk, source = ".", engineVersion = "" } = config;
  const language = typeof sdk === "string" ? sdk : sdk?.source;
  if (language !== "typescript") {
    throw new StandInError(
      `${path} names the SDK ${JSON.stringify(language)}. The stand-in runs modules in typescript only.`,
    );
  }
  const directory = join(root, source);
  // Dagger's engine provides the SDK, so the module may not depend on it: it can be installed above the module's directory.
  const package_ = "node_modules/@dagger.io/dagger";
  const sdkPath = join(findUp(directory, package_) ?? directory, package_);
  requireVersion(sdkPath, directory, engineVersion.replace(/^v/, ""));
  return { name, root, directory, sdk: sdkPath, context: contextOf(root), defaultsRoot: root };
}

/** Returns a key of the module's content: it changes with any source file of the module, also beside `src`. */
export async function moduleKey({ name, directory }: ModuleSource): Promise<string> {
  const files = await typescriptBelow(directory);
  const others = ["package.json", "package-lock.json", "tsconfig.json"].map((name) => join(directory, name));
  const read = [...files, ...others.filter((path) => existsSync(path))];
  return keyOf(
    "module 1",
    name,
    await Promise.all(read.map(async (path) => [relative(directory, path), await readFile(path, "utf8")])),
  );
}

/** Returns the files that the SDK imports and parses: every TypeScript file below `src`. */
export async function sourceFiles(directory: string): Promise<string[]> {
  return await typescriptBelow(join(directory, "src"));
}

async function typescriptBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return /^(node_modules|dist|\.git)$/.test(entry.name) ? [] : await typescriptBelow(path);
      return /\.m?ts$/.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat().sort();
}

function requireVersion(sdk: string, directory: string, wanted: string): void {
  const path = join(sdk, "package.json");
  if (!existsSync(path))
    throw new StandInError(
      `The package @dagger.io/dagger is installed neither in ${directory} nor above it. Install the version ${wanted} of it there.`,
    );
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  if (version === wanted) return;
  throw new StandInError(
    `dagger.json states engine ${wanted}, and the SDK in ${directory} is ${version}. They must be the same: pin @dagger.io/dagger to ${wanted}.`,
  );
}

function findUp(from: string, name: string): string | undefined {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (existsSync(join(directory, name))) return directory;
    if (directory === dirname(directory)) return undefined;
  }
}

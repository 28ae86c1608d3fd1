import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Directory, dag, type GitRepository, type Workspace } from "@dagger.io/dagger";
import { InputError } from "./errors.js";
import { neutral } from "./foreign-text.js";
import { buildInputs, RECIPE_VERSION } from "./image.js";
import { inputDigest, readInputFiles } from "./input-digest.js";
import type { Recipe } from "./recipe.js";

/** The git repository that a release is made from. Nothing of it is read from the host until it is used. */
export interface GitSource {
  repository: GitRepository;
  /** The same with the files that git ignores, where `repository` may lack some that git tracks. */
  complete?: GitRepository;
}

/**
 * The repository of the directory that the caller is in, unless one was given. Ignored files are not read: a `node_modules` of
 * 50,000 files costs several seconds a call.
 */
export function gitOf(workspace: Workspace, given: GitRepository | undefined): GitSource {
  if (given) return { repository: given };
  return {
    repository: workspace.directory("/", { gitignore: true }).asGit(),
    complete: workspace.directory("/").asGit(),
  };
}

const CACHES = ["**/__pycache__", "**/.venv", "**/.pytest_cache"];

/** The app of the caller's repository, unless one was given: never that of the module's own repository. */
export function appOf(workspace: Workspace, given: Directory | undefined): Directory {
  return given ?? workspace.directory("/", { include: ["app/**"], exclude: CACHES }).directory("app");
}

/** The targets of the caller's repository, unless others were given. */
export function targetsOf(workspace: Workspace, given: Directory | undefined): Directory {
  return given ?? workspace.directory("/", { include: ["infra/targets/*.json"] }).directory("infra/targets");
}

/**
 * Checks that the app can be built, before anything else is done for it.
 * @throws InputError when the directory does not exist, or is no app that the recipe can build.
 */
export async function checkApp(app: Directory): Promise<void> {
  const names = await app.entries().catch(missingApp);
  const missing = ["requirements.txt", "requirements-uv.txt", "slipway_app/"].filter(
    (name) => !names.includes(name) && !names.includes(name.replace("/", "")),
  );
  if (missing.length === 0) return;
  throw new InputError(
    "not-buildable",
    `The app directory has no ${missing.join(", ")}, so Slipway can't build it. Accepted: a Python app laid out as Slipway's sample. Pass another directory with --app, or push the image yourself and run deploy --published.`,
  );
}

function missingApp(cause: Error): never {
  throw new InputError(
    "no-app",
    `The app directory can't be read (${neutral(cause.message)}). Slipway never ships its own sample from another repository: pass your app with --app DIR, and your targets with --targets DIR before the function's name.`,
    { cause },
  );
}

/** The input digest of the image that a recipe makes: `sha256:…`. */
export async function recipeDigest({ app, platform }: Recipe): Promise<string> {
  const files = await exported(buildInputs(app), readInputFiles);
  return inputDigest(files, { platform: platform ?? (await dag.defaultPlatform()), recipeVersion: RECIPE_VERSION });
}

/** Brings a directory into this process's file system for as long as `use` needs it: one call for all contents and modes. */
export async function exported<T>(directory: Directory, use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), "slipway-"));
  try {
    await directory.export(path);
    return await use(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

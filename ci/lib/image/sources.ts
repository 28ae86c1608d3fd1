import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Directory, dag, type File, type GitRepository, type Workspace } from "@dagger.io/dagger";
import type { Build } from "./build-options.js";
import { ignorePatterns } from "./dockerfile.js";
import type { Dockerfile } from "./image.js";
import { inputDigest, readInputFiles } from "./input-digest.js";

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

/** Returns the directory of a path of the caller's repository, unless one was given: never that of the module's own repository. */
export function contextOf(workspace: Workspace, given: Directory | undefined): (path: string) => Directory {
  return (path) => given ?? workspace.directory(`/${path}`, { gitignore: true });
}

/** The targets of the caller's repository, unless others were given. */
export function targetsOf(workspace: Workspace, given: Directory | undefined): Directory {
  return given ?? workspace.directory("/", { include: ["infra/targets/*.json"] }).directory("infra/targets");
}

/**
 * The identity of what a build makes: a digest over the Dockerfile, the files that COPY can read (without those that `.dockerignore`
 * names), the stage, the build arguments and the platform. Secrets are not part of it.
 */
export async function buildDigest({ context, dockerfile, ...build }: Build, { text }: Dockerfile): Promise<string> {
  const files = await exported(context.filter({ exclude: await ignored(context, dockerfile) }), readInputFiles);
  const platform = build.platform ?? (await dag.defaultPlatform());
  const { stage = "", args } = build;
  return inputDigest(files, { platform, dockerfile: text, stage, args });
}

/** As Docker reads it: the file beside the Dockerfile wins. https://docs.docker.com/build/concepts/context/#dockerignore-files */
async function ignored(context: Directory, dockerfile: string): Promise<string[]> {
  for (const path of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const text = await context
      .file(path)
      .contents()
      .catch(() => "");
    if (text !== "") return ignorePatterns(text);
  }
  return [];
}

/** Brings a directory into this process's file system for as long as `use` needs it: one call for all contents and modes. */
export async function exported<T>(directory: Directory, use: (path: string) => Promise<T>): Promise<T> {
  return await inTemporary(async (path) => {
    await directory.export(path);
    return await use(path);
  });
}

/** The same for one file. */
export async function exportedFile<T>(file: File, use: (path: string) => Promise<T>): Promise<T> {
  return await inTemporary(async (directory) => {
    const path = join(directory, "file");
    await file.export(path);
    return await use(path);
  });
}

async function inTemporary<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), "slipway-"));
  try {
    return await use(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createPrerequisites, createService } from "../../rehearsal/seed.js";
import { gitIn } from "./checkout.js";
import type { TestEnvironment } from "./environment.js";

/** The checkout that holds the module, for `-m`. */
export const moduleRoot = fileURLToPath(new URL("../../../../", import.meta.url));

/** Creates another project's repository in the environment, with one commit of these files. @returns Its path. */
export async function foreignRepository(
  environment: TestEnvironment,
  name: string,
  files: Record<string, string>,
): Promise<string> {
  const path = join(environment.stateDir, name);
  await writeFiles(path, files);
  const git = gitIn(path);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "First");
  return path;
}

export async function writeFiles(path: string, files: Record<string, string>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
}

/** A dagger.json as `dagger init` and `dagger toolchain install PATH` leave it in a repository of the environment. */
export function toolchainConfig(environment: TestEnvironment, name: string): string {
  const source = relative(join(environment.stateDir, name), moduleRoot);
  return JSON.stringify({ name: "shop", engineVersion: "v0.21.8", toolchains: [{ name: "slipway", source }] });
}

/** A target of three keys. */
export function target({ target: { region, cluster } }: TestEnvironment, service: string, more: object = {}): string {
  return JSON.stringify({ region, cluster, service, ...more });
}

/** Creates a service with a first image, an ECR repository and a log group. */
export async function createForeignService(environment: TestEnvironment, service: string): Promise<void> {
  const own = { ...environment.target, service, family: service, container: service, repository: service };
  await createPrerequisites(environment.clients, own);
  const image = `${environment.url.replace("http://", "")}/${service}@sha256:${"0".repeat(64)}`;
  await createService(environment.clients, own, image, "v0.0.1", new AbortController().signal);
}

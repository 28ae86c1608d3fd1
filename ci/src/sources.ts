import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Directory, dag } from "@dagger.io/dagger";
import { buildInputs, RECIPE_VERSION } from "./image.js";
import { inputDigest, readInputFiles } from "./input-digest.js";
import type { Recipe } from "./recipe.js";

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

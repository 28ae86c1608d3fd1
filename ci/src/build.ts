import type { Container } from "@dagger.io/dagger";
import { baseImage, runtimeImage } from "./image.js";
import { labelsOf } from "./labels.js";
import type { Recipe } from "./recipe.js";
import { recipeDigest } from "./sources.js";
import { parseLocalVersion } from "./version.js";

/** The runtime image as anyone may build it from a directory: it knows no commit. */
export async function buildImage(recipe: Recipe, version: string): Promise<Container> {
  const checked = parseLocalVersion(version);
  const [inputDigest, base] = await Promise.all([recipeDigest(recipe), baseImage(recipe).imageRef()]);
  return runtimeImage(recipe, checked, labelsOf({ version: checked, inputDigest, base }));
}

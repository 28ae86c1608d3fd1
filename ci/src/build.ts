import type { Container } from "@dagger.io/dagger";
import type { Build } from "./build-options.js";
import { readDockerfile, resolvedBase, runtimeImage } from "./image.js";
import { labelsOf } from "./labels.js";
import { buildDigest } from "./sources.js";
import { parseLocalVersion } from "./version.js";

/** Builds the image that ships, from a directory alone: it records no commit. */
export async function buildImage(build: Build, version: string): Promise<Container> {
  const checked = parseLocalVersion(version);
  const file = await readDockerfile(build);
  const [inputDigest, base] = await Promise.all([buildDigest(build, file), resolvedBase(build, file)]);
  return await runtimeImage(build, checked, labelsOf({ version: checked, inputDigest, base }));
}

import type { Container } from "@dagger.io/dagger";
import { parseLocalVersion } from "../config/version.js";
import type { Build } from "./build-options.js";
import { readDockerfile, resolvedBases, runtimeImage } from "./image.js";
import { labelsOf } from "./labels.js";
import { buildDigest } from "./sources.js";

/** Builds the image that ships, from a directory alone: it records no commit. */
export async function buildImage(build: Build, version: string): Promise<Container> {
  const checked = parseLocalVersion(version);
  const file = await readDockerfile(build);
  const [inputDigest, bases] = await Promise.all([buildDigest(build, file), resolvedBases(build, file)]);
  return await runtimeImage(build, checked, labelsOf({ version: checked, inputDigest, bases }));
}

import type { GitRepository, Platform } from "@dagger.io/dagger";
import { type Destination, type DestinationOptions, openDestination } from "./destination.js";
import { imageSource } from "./image-source.js";
import { publish } from "./publish.js";
import { checkedRecipe, type Recipe } from "./recipe.js";
import { readRevision } from "./revision.js";
import type { Release } from "./rollout/release.js";
import { parseReleaseVersion } from "./version.js";

/** What people say to publish. */
export interface PublishOptions {
  version: string;
  recipe: Recipe;
  repository: GitRepository;
  allowDirty: boolean;
  destination: DestinationOptions;
}

/** Tests, builds and pushes. Answers `repository@sha256:…`. */
export async function publishImage(options: PublishOptions): Promise<string> {
  const checked = checkPublish(options);
  const destination = await openDestination(checked.destination);
  return (await publishCheckout(checked, destination, console.log)).image;
}

/**
 * Everything that can be said of the input alone.
 * @throws InputError
 */
export function checkPublish(options: PublishOptions): PublishOptions {
  parseReleaseVersion(options.version);
  checkedRecipe(options.recipe);
  return options;
}

export async function publishCheckout(
  options: PublishOptions,
  destination: Destination,
  progress: (line: string) => void,
): Promise<Release> {
  const { version, repository, allowDirty } = options;
  const { platform, source } = destination.target;
  // The machine that publishes may be of another kind than those that will run it.
  const recipe = { ...options.recipe, platform: options.recipe.platform ?? (platform as Platform) };
  const revision = await readRevision(repository, recipe, allowDirty);
  const { service } = options.destination;
  const image = imageSource({ recipe, version, repository, revision, source, service });
  return await publish(version, image, destination, progress);
}

import type { Platform } from "@dagger.io/dagger";
import type { Activity } from "./activity.js";
import { type Destination, type DestinationOptions, openDestination } from "./destination.js";
import { imageSource } from "./image-source.js";
import { publish } from "./publish.js";
import { checkedRecipe, type Recipe } from "./recipe.js";
import { readRevision } from "./revision.js";
import type { Release } from "./rollout/release.js";
import { checkApp, type GitSource } from "./sources.js";
import { parseReleaseVersion } from "./version.js";

/** The arguments of publish. */
export interface PublishOptions extends Pick<Activity, "progress" | "span"> {
  version: string;
  recipe: Recipe;
  git: GitSource;
  allowDirty: boolean;
  destination: DestinationOptions;
}

/** Tests, builds and pushes. Answers `repository@sha256:…`. */
export async function publishImage(options: PublishOptions): Promise<string> {
  const checked = checkPublish(options);
  const destination = await checked.span("resolve", async () => {
    await checkApp(checked.recipe.app);
    return await openDestination(checked.destination);
  });
  return (await publishCheckout(checked, destination)).image;
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

/** @param beforeBuild Runs when something is to be built, before it is; it gets the repository's address and the platform. */
export async function publishCheckout(
  options: PublishOptions,
  destination: Destination,
  beforeBuild: (repository: string, platform: string) => Promise<void> = async () => {},
): Promise<Release> {
  const { version, git, allowDirty, progress, span } = options;
  const { platform, source } = destination.target;
  // The machine that publishes may be of another kind than those that will run it.
  const recipe = { ...options.recipe, platform: options.recipe.platform ?? (platform as Platform) };
  const revision = await readRevision(git, recipe, allowDirty);
  const { service } = options.destination;
  const image = imageSource({ recipe, version, repository: git.repository, revision, source, service });
  return await publish(version, image, destination, {
    progress,
    span,
    beforeBuild: ({ uri }) => beforeBuild(uri, recipe.platform),
  });
}

import { dag, type GitRepository, type Service } from "@dagger.io/dagger";
import { baseImage, runtimeImage } from "./image.js";
import { labelsOf, splitReference } from "./labels.js";
import type { ImageSource } from "./publish.js";
import type { Recipe } from "./recipe.js";
import { type Revision, readCommitTime } from "./revision.js";
import { recipeDigest } from "./sources.js";
import { runTests } from "./tests.js";

/** What an image is published from. */
export interface Checkout {
  recipe: Recipe;
  version: string;
  repository: GitRepository;
  revision: Revision;
  /** The URL of the source code, if it is known. */
  source: string | undefined;
  /** A local AWS, whose registry is reached through it. */
  service: Service | undefined;
}

/** The image of a checkout, made on the engine when it is needed. */
export function imageSource(checkout: Checkout): ImageSource {
  const { recipe, service } = checkout;
  const inputDigest = once(() => recipeDigest(recipe));
  return {
    inputDigest,
    baseDigest: async () => splitReference(await baseImage(recipe).imageRef()).digest,
    test: () => runTests(recipe),
    async push(address, { username, password }) {
      const image = runtimeImage(recipe, checkout.version, await labels(checkout, await inputDigest()));
      const reference = await image
        .withRegistryAuth(address, username, dag.setSecret("registry-password", password))
        .publish(address, service && { registryService: service });
      const { digest } = splitReference(reference);
      if (!digest) throw new Error(`The engine published ${reference} without naming its digest.`);
      return digest;
    },
  };
}

async function labels(checkout: Checkout, inputDigest: string): Promise<Record<string, string>> {
  const { recipe, version, repository, revision, source } = checkout;
  const [base, time] = await Promise.all([baseImage(recipe).imageRef(), readCommitTime(repository, revision.commit)]);
  const { commit, dirty } = revision;
  return labelsOf({ version, inputDigest, base, commit: { id: commit, time }, dirty, ...(source && { source }) });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

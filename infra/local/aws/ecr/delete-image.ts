import type { EcrStore, Image, Repository } from "./store.js";

/** Deletes an image and its tags from its repository, with unreferenced content. */
export async function deleteImage(store: EcrStore, repository: Repository, image: Image): Promise<void> {
  repository.images.delete(image.digest);
  const needed = new Set([...repository.images.values()].flatMap((each) => each.layers));
  const freed = image.layers.filter((digest) => !needed.has(digest));
  for (const digest of freed) repository.layers.delete(digest);
  store.document.save();
  await removeUnreferenced(store, [image.digest, ...freed]);
}

/** Deletes a repository, with unreferenced content. */
export async function deleteRepository(store: EcrStore, key: string, repository: Repository): Promise<void> {
  store.document.value.repositories.delete(key);
  store.document.save();
  await removeUnreferenced(store, [...repository.images.keys(), ...repository.layers.keys()]);
}

/** Returns the repository's manifest lists that reference the image. */
export function listsWith(repository: Repository, image: Image): Image[] {
  return [...repository.images.values()].filter((each) => each.manifests.includes(image.digest));
}

async function removeUnreferenced(store: EcrStore, digests: string[]): Promise<void> {
  const repositories = [...store.document.value.repositories.values()];
  const referenced = (digest: string) =>
    repositories.some((each) => each.images.has(digest) || each.layers.has(digest));
  await Promise.all(digests.filter((digest) => !referenced(digest)).map((digest) => store.blobs.remove(digest)));
}

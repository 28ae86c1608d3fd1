import type { EcrStore, Image, Repository } from "./store.js";

/** Takes an image and its tags out of its repository, with the content that nothing else needs. */
export async function deleteImage(store: EcrStore, repository: Repository, image: Image): Promise<void> {
  delete repository.images[image.digest];
  const needed = new Set(Object.values(repository.images).flatMap((each) => each.layers));
  const freed = image.layers.filter((digest) => !needed.has(digest));
  for (const digest of freed) delete repository.layers[digest];
  store.document.save();
  await removeUnreferenced(store, [image.digest, ...freed]);
}

/** Takes a whole repository away, with the content that no other repository has. */
export async function deleteRepository(store: EcrStore, key: string, repository: Repository): Promise<void> {
  delete store.document.value.repositories[key];
  store.document.save();
  await removeUnreferenced(store, [...Object.keys(repository.images), ...Object.keys(repository.layers)]);
}

/** The images of this repository that list the image. */
export function listsWith(repository: Repository, image: Image): Image[] {
  return Object.values(repository.images).filter((each) => each.manifests.includes(image.digest));
}

async function removeUnreferenced(store: EcrStore, digests: string[]): Promise<void> {
  const repositories = Object.values(store.document.value.repositories);
  const referenced = (digest: string) => repositories.some((each) => digest in each.images || digest in each.layers);
  await Promise.all(digests.filter((digest) => !referenced(digest)).map((digest) => store.blobs.remove(digest)));
}

import { AwsError } from "../protocol/service.js";
import { missingContent, tagIsImmutable } from "./errors.js";
import { type Manifest, readManifest } from "./manifest.js";
import { isImmutable } from "./mutability.js";
import { digestOf, storeBlob } from "./registry/blobs.js";
import { scanningOf } from "./scanning.js";
import { type EcrStore, findImage, type Image, type Repository } from "./store.js";

export interface NewImage {
  /** Stored byte for byte: the digest covers these bytes. */
  manifest: Buffer;
  mediaType?: string;
  tag?: string;
  /** Digest that the client expects. */
  digest?: string;
}

/**
 * Adds an image to a repository and moves its tag. `changed` is false when image and tag exist.
 * @throws AwsError for an immutable tag, and for missing layers or images.
 */
export async function putImage(
  store: EcrStore,
  repository: Repository,
  pushed: NewImage,
): Promise<{ image: Image; changed: boolean }> {
  const digest = digestOf(pushed.manifest);
  if (pushed.digest !== undefined && pushed.digest !== digest) {
    throw new AwsError(
      "ImageDigestDoesNotMatchException",
      `The digest '${pushed.digest}' does not match the digest of the manifest, which is '${digest}'`,
    );
  }
  const manifest = readManifest(pushed.manifest.toString("utf8"), pushed.mediaType);
  mustBeComplete(store, repository, manifest);
  tagMustBeFree(repository, pushed.tag);
  const known = findImage(repository, { digest, ...(pushed.tag !== undefined && { tag: pushed.tag }) });
  if (known && !known.isArchived) return { image: known, changed: false };
  await storeBlob(store.blobs, pushed.manifest);
  // Another request may have set the tag during the write.
  tagMustBeFree(repository, pushed.tag);
  return { image: record(store, repository, digest, manifest, pushed), changed: true };
}

function mustBeComplete(store: EcrStore, repository: Repository, manifest: Manifest): void {
  const layers = manifest.content.map(({ digest }) => digest).filter((digest) => !repository.layers.has(digest));
  if (layers.length > 0) throw missingContent("Layers", layers, repository, store.accountId);
  const images = manifest.manifests.filter((digest) => !repository.images.has(digest));
  if (images.length > 0) throw missingContent("Images", images, repository, store.accountId);
}

/** Rejects an existing immutable tag, also when it already names this image, as ECR does. */
function tagMustBeFree(repository: Repository, tag: string | undefined): void {
  if (tag !== undefined && findImage(repository, { tag }) && isImmutable(repository, tag)) {
    throw tagIsImmutable(tag, repository);
  }
}

function record(store: EcrStore, repository: Repository, digest: string, manifest: Manifest, pushed: NewImage): Image {
  const { tag } = pushed;
  const known = repository.images.get(digest);
  // A push restores an archived image at once: https://docs.aws.amazon.com/AmazonECR/latest/userguide/restore-image.html
  delete known?.isArchived;
  const now = store.clock.now();
  const image: Image = known ?? {
    digest,
    mediaType: manifest.mediaType,
    ...(manifest.artifactMediaType === undefined ? {} : { artifactMediaType: manifest.artifactMediaType }),
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject }),
    size: sizeOf(repository, manifest),
    manifestSize: pushed.manifest.length,
    pushedAt: now,
    ...(scanningOf(store, repository).scanOnPush && { scannedAt: now }),
    tags: [],
    layers: manifest.content.map((each) => each.digest),
    manifests: manifest.manifests,
  };
  if (tag !== undefined) {
    for (const other of repository.images.values()) other.tags = other.tags.filter((each) => each !== tag);
    image.tags.push(tag);
  }
  repository.images.set(digest, image);
  store.document.save();
  return image;
}

/** Returns the size in bytes; of a manifest list, the size of its largest image. */
function sizeOf(repository: Repository, { content, manifests }: Manifest): number {
  const own = content.reduce((sum, { size }) => sum + size, 0);
  return Math.max(own, ...manifests.map((digest) => repository.images.get(digest)?.size ?? 0));
}

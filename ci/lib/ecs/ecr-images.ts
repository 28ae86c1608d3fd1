import type { ECRClient } from "@aws-sdk/client-ecr";
import { AccessDeniedError } from "../aws/errors.js";
import { indexTypes, manifestTypes } from "../aws/manifest-types.js";
import { abort, sdk } from "../aws/sdk.js";
import type { Readable } from "../common/readable.js";
import type { EcsContext } from "./context.js";
import { type ImagePlace, locate, placeOf } from "./image-place.js";
import type { Subject } from "./snapshot.js";

/** A repository of ECR, as far as preflight and rollback need it. */
export interface RepositoryFacts {
  uri: string;
  /** MUTABLE, IMMUTABLE, or one of them WITH_EXCLUSION. */
  tagMutability: string;
  /** Patterns of the tags with the opposite mutability; `*` stands for any text. */
  exclusions: string[];
  scanOnPush: boolean;
}

/** An image in ECR. */
export interface ImageFacts {
  tags: string[];
  /** ACTIVE, ARCHIVED or ACTIVATING; ACTIVE where ECR returns none. */
  status: string;
  /** Compressed, in bytes; absent for an index. */
  size?: number;
  /** Milliseconds since the epoch. */
  pushedAt?: number;
}

/** Reads a repository. @throws the error of ECR when there is no such repository. */
export async function readRepository(context: EcsContext, place: ImagePlace): Promise<RepositoryFacts> {
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
  const ecr = await ecrOf(context, place);
  const answer = await ecr.send(command, abort(context));
  const [found] = answer.repositories ?? [];
  return {
    uri: found?.repositoryUri ?? repositoryName,
    tagMutability: found?.imageTagMutability ?? "MUTABLE",
    exclusions: (found?.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? ""),
    scanOnPush: found?.imageScanningConfiguration?.scanOnPush ?? false,
  };
}

/**
 * Reads an image of a repository.
 * @param image A digest, or a tag where the image has none.
 * @returns undefined when ECR has no such image, or no such repository.
 */
export async function readImage(
  context: EcsContext,
  place: ImagePlace,
  image: string,
): Promise<ImageFacts | undefined> {
  const id = image.startsWith("sha256:") ? { imageDigest: image } : { imageTag: image };
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeImagesCommand({ registryId, repositoryName, imageIds: [id] });
  const ecr = await ecrOf(context, place);
  try {
    const answer = await ecr.send(command, abort(context));
    const [found] = answer.imageDetails ?? [];
    if (!found) return undefined;
    return {
      tags: found.imageTags ?? [],
      status: found.imageStatus ?? "ACTIVE",
      ...(found.imageSizeInBytes !== undefined && { size: found.imageSizeInBytes }),
      ...(found.imagePushedAt && { pushedAt: found.imagePushedAt.getTime() }),
    };
  } catch (error) {
    if (error instanceof sdk.ecr.ImageNotFoundException || error instanceof sdk.ecr.RepositoryNotFoundException)
      return undefined;
    throw error;
  }
}

/** Returns the client of a repository's region. */
export async function ecrOf(
  { aws }: Pick<EcsContext, "aws">,
  { region }: Pick<ImagePlace, "region">,
): Promise<Pick<ECRClient, "send">> {
  return region === undefined ? aws.ecr : await aws.lazy.ecr(region);
}

/**
 * Reads the digests of the manifests in those of a subject's images that are indexes. They count as the same image, because tasks
 * report either.
 * @returns The reason why they can't be read, where they are in a registry that the credentials may not read, or that is not of ECR.
 */
export async function manifestsIn(
  context: EcsContext,
  { image, digests }: Pick<Subject, "image" | "digests">,
): Promise<Readable<string[]>> {
  const own = placeOf(context.target);
  // The address of the target's own repository is not known here: an image with another host than ECR's is in it.
  const place = image === undefined ? own : locate(image, image, context.target);
  if ("unknown" in place) return place;
  const { registryId, repositoryName } = place;
  const imageIds = digests.map((imageDigest) => ({ imageDigest }));
  const input = { registryId, repositoryName, imageIds, acceptedMediaTypes: indexTypes };
  const ecr = await ecrOf(context, place);
  try {
    const { images = [] } = await ecr.send(new sdk.ecr.BatchGetImageCommand(input), abort(context));
    return { value: images.flatMap(({ imageManifest }) => manifestsOf(imageManifest)) };
  } catch (error) {
    // Any other failure passes: the next poll reads again.
    if (error instanceof AccessDeniedError) return { unknown: `${error.action} is not permitted` };
    throw error;
  }
}

/** Returns the digest that a tag stands for, as a pull reads it; undefined when there is no such tag. */
export async function readTaggedDigest(
  ecr: Pick<ECRClient, "send">,
  { registryId, repositoryName }: ImagePlace,
  imageTag: string,
): Promise<string | undefined> {
  const input = { registryId, repositoryName, imageIds: [{ imageTag }], acceptedMediaTypes: manifestTypes };
  const { images } = await ecr.send(new sdk.ecr.BatchGetImageCommand(input));
  return images?.[0]?.imageId?.imageDigest;
}

function manifestsOf(text = "{}"): string[] {
  const index = JSON.parse(text) as { manifests?: { digest: string }[] };
  return (index.manifests ?? []).map(({ digest }) => digest);
}

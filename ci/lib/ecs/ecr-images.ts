import type { ECRClient } from "@aws-sdk/client-ecr";
import { abort, sdk } from "../aws/sdk.js";
import type { EcsContext } from "./context.js";
import type { ImagePlace } from "./image-place.js";

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

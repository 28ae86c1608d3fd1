import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import type { ImagePlace } from "../../ecs/image-reference.js";
import { ecrOf } from "../../ecs/registry-client.js";
import type { Session } from "../session.js";
import type { ImageFacts, RepositoryFacts } from "./facts.js";

export async function readRepository(session: Session, place: ImagePlace): Promise<RepositoryFacts> {
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
  const ecr = await ecrOf(session, place);
  const answer = await ecr.send(command, abort(session));
  const [found] = answer.repositories ?? [];
  return {
    uri: found?.repositoryUri ?? repositoryName,
    tagMutability: found?.imageTagMutability ?? "MUTABLE",
    exclusions: (found?.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? ""),
    scanOnPush: found?.imageScanningConfiguration?.scanOnPush ?? false,
  };
}

/**
 * @param image A digest, or a tag where the image has none.
 * @returns undefined when ECR does not have it, or not even its repository.
 */
export async function readImage(session: Session, place: ImagePlace, image: string): Promise<ImageFacts | undefined> {
  const id = image.startsWith("sha256:") ? { imageDigest: image } : { imageTag: image };
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeImagesCommand({ registryId, repositoryName, imageIds: [id] });
  const ecr = await ecrOf(session, place);
  try {
    const answer = await ecr.send(command, abort(session));
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

import { sdk } from "../../aws/sdk.js";
import { ask } from "../ecs/aws-errors.js";
import { abort } from "../ecs/send-options.js";
import type { Session } from "../release.js";
import type { ImageFacts, RepositoryFacts } from "./facts.js";

export interface ImagePlace {
  registryId: string;
  repositoryName: string;
}

export async function readRepository(session: Session, place: ImagePlace): Promise<RepositoryFacts> {
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
  const answer = await ask("ecr:DescribeRepositories", session.aws.ecr.send(command, abort(session)));
  const [found] = answer.repositories ?? [];
  return {
    uri: found?.repositoryUri ?? repositoryName,
    tagMutability: found?.imageTagMutability ?? "MUTABLE",
    exclusions: (found?.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? ""),
    scanOnPush: found?.imageScanningConfiguration?.scanOnPush ?? false,
  };
}

/** @returns undefined when ECR does not have it, or not even its repository. */
export async function readImage(session: Session, place: ImagePlace, digest: string): Promise<ImageFacts | undefined> {
  const command = new sdk.ecr.DescribeImagesCommand({ ...place, imageIds: [{ imageDigest: digest }] });
  try {
    const answer = await ask("ecr:DescribeImages", session.aws.ecr.send(command, abort(session)));
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

/** How many findings there are of each severity. Fails while the scan has not ended. */
export async function readScan(session: Session, place: ImagePlace, digest: string): Promise<Record<string, number>> {
  const command = new sdk.ecr.DescribeImageScanFindingsCommand({
    ...place,
    imageId: { imageDigest: digest },
    maxResults: 1,
  });
  const answer = await ask("ecr:DescribeImageScanFindings", session.aws.ecr.send(command, abort(session)));
  const counts = answer.imageScanFindings?.findingSeverityCounts;
  if (counts) return counts as Record<string, number>;
  const { status, description } = answer.imageScanStatus ?? {};
  throw new Error(`the scan is ${status ?? "unknown"}${description ? ` (${description})` : ""}`);
}

import type { ECRClient } from "@aws-sdk/client-ecr";
import { AccessDeniedError } from "../aws/errors.js";
import { indexTypes, manifestTypes } from "../aws/manifest-types.js";
import { abort, sdk } from "../aws/sdk.js";
import type { Readable } from "../common/readable.js";
import type { EcsContext } from "./context.js";
import { ecrOf } from "./ecr-images.js";
import { type ImagePlace, locate, placeOf } from "./image-place.js";
import type { Subject } from "./snapshot.js";

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
  const command = new sdk.ecr.BatchGetImageCommand({
    registryId,
    repositoryName,
    imageIds: digests.map((imageDigest) => ({ imageDigest })),
    acceptedMediaTypes: indexTypes,
  });
  const ecr = await ecrOf(context, place);
  try {
    const { images = [] } = await ecr.send(command, abort(context));
    return { value: images.flatMap(({ imageManifest }) => manifestsOf(imageManifest)) };
  } catch (error) {
    // Any other failure passes: the next poll reads again.
    if (error instanceof AccessDeniedError) return { unknown: `${error.action} is not permitted` };
    throw error;
  }
}

/** @returns The digest that a tag stands for, as a pull reads it; undefined when there is no such tag. */
export async function readTaggedDigest(
  ecr: Pick<ECRClient, "send">,
  { registryId, repositoryName }: ImagePlace,
  imageTag: string,
): Promise<string | undefined> {
  const command = new sdk.ecr.BatchGetImageCommand({
    registryId,
    repositoryName,
    imageIds: [{ imageTag }],
    acceptedMediaTypes: manifestTypes,
  });
  const { images } = await ecr.send(command);
  return images?.[0]?.imageId?.imageDigest;
}

function manifestsOf(text = "{}"): string[] {
  const index = JSON.parse(text) as { manifests?: { digest: string }[] };
  return (index.manifests ?? []).map(({ digest }) => digest);
}

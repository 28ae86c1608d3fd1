import { AwsError } from "../protocol/service.js";

/** Errors of ECR, with ECR's messages. */

type Named = { name: string };

export function repositoryNotFound(name: string, registryId: string): AwsError {
  return new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

export function invalidParameter(member: string, constraint: string): AwsError {
  return new AwsError(
    "InvalidParameterException",
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  );
}

export function imageNotFound(id: { digest?: string; tag?: string }, repository: Named, registryId: string): AwsError {
  return new AwsError(
    "ImageNotFoundException",
    `The image with imageId {imageDigest:'${id.digest ?? "null"}', imageTag:'${id.tag ?? "null"}'} does not exist within the repository with name '${repository.name}' in the registry with id '${registryId}'`,
  );
}

export function tagIsImmutable(tag: string, repository: Named): AwsError {
  return new AwsError(
    "ImageTagAlreadyExistsException",
    `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
  );
}

export function imageExists(digest: string, tag: string | undefined, repository: Named, registryId: string) {
  const id = tag === undefined ? `digest '${digest}'` : `digest '${digest}' and tag '${tag}'`;
  return new AwsError(
    "ImageAlreadyExistsException",
    `Image with ${id} already exists in the repository with name '${repository.name}' in registry with id '${registryId}'`,
  );
}

export function missingContent(
  kind: "Layers" | "Images",
  digests: string[],
  repository: Named,
  registryId: string,
): AwsError {
  return new AwsError(
    kind === "Layers" ? "LayersNotFoundException" : "ReferencedImagesNotFoundException",
    `${kind} with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${registryId}' do not exist`,
  );
}

export function uploadNotFound(id: string, repository: Named, registryId: string): AwsError {
  return new AwsError(
    "UploadNotFoundException",
    `Layer upload with id '${id}' does not exist in the repository with name '${repository.name}' in the registry with id '${registryId}'`,
  );
}

export function scanNotFound(id: { digest?: string; tag?: string }, repository: Named, registryId: string): AwsError {
  return new AwsError(
    "ScanNotFoundException",
    `Image scan does not exist for the image with '{imageDigest:'${id.digest ?? "null"}', imageTag:'${id.tag ?? "null"}'}' in the repository with name '${repository.name}' in the registry with id '${registryId}'`,
  );
}

export function scanLimitExceeded(): AwsError {
  return new AwsError("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.");
}

import { records, text } from "../protocol/input.js";
import type { JsonObject } from "../protocol/service.js";
import { invalidParameter } from "./errors.js";
import { checkDigest, checkTag, isTag, TAG } from "./names.js";
import { DIGEST } from "./registry/blobs.js";
import type { Image } from "./store.js";

/** Identifier of an image in a request. */
export type ImageId = { digest?: string; tag?: string };

/** Reads the IDs of a batch, not validated: a malformed one becomes a failure in the response. */
export function idsOf(input: JsonObject): ImageId[] {
  const ids = (records(input, "imageIds") ?? []).map(readId);
  if (ids.length < 1) throw invalidParameter("imageIds", "Member must have length greater than or equal to 1");
  if (ids.length > 100) throw invalidParameter("imageIds", "Member must have length less than or equal to 100");
  return ids;
}

/** Returns the failure of a malformed ID, or undefined: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html */
export function malformedId(id: ImageId): JsonObject | undefined {
  const invalid = "Invalid request parameters:";
  if (id.digest === undefined && id.tag === undefined) {
    return failure(id, "MissingDigestAndTag", `${invalid} both tag and digest cannot be null`);
  }
  if (id.digest !== undefined && !DIGEST.test(id.digest)) {
    const should = "image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
    return failure(id, "InvalidImageDigest", `${invalid} ${should}`);
  }
  if (id.tag !== undefined && !isTag(id.tag)) {
    return failure(id, "InvalidImageTag", `${invalid} image tag should satisfy the regex '${TAG}'`);
  }
  return undefined;
}

function readId(input: JsonObject): ImageId {
  const digest = text(input, "imageDigest");
  const tag = text(input, "imageTag");
  return { ...(digest !== undefined && { digest }), ...(tag !== undefined && { tag }) };
}

/** Reads an ID. @throws AwsError when it is malformed. */
export function imageId(input: JsonObject): ImageId {
  const id = readId(input);
  if (id.digest !== undefined) checkDigest("imageDigest", id.digest);
  if (id.tag !== undefined) checkTag(id.tag);
  return id;
}

export function shownId(image: Image, tag?: string): JsonObject {
  return { imageDigest: image.digest, ...(tag !== undefined && { imageTag: tag }) };
}

export function failure(id: ImageId, failureCode: string, failureReason: string): JsonObject {
  const shown = {
    ...(id.digest !== undefined && { imageDigest: id.digest }),
    ...(id.tag !== undefined && { imageTag: id.tag }),
  };
  return { imageId: shown, failureCode, failureReason };
}

import { invalidParameter } from "./errors.js";
import { DIGEST } from "./registry/blobs.js";

const REPOSITORY = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";
export const TAG = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";

/** Returns true for a valid repository name: lower case, parts separated by slashes, 2 to 256 characters. */
export function isRepositoryName(name: string): boolean {
  return name.length >= 2 && name.length <= 256 && new RegExp(`^${REPOSITORY}$`).test(name);
}

export function isTag(tag: string): boolean {
  return new RegExp(`^${TAG}$`).test(tag);
}

/** Validates a repository name. @throws AwsError InvalidParameterException. */
export function checkRepositoryName(name: string): void {
  if (name.length < 2) throw invalidParameter("repositoryName", "must have length greater than or equal to 2");
  if (name.length > 256) throw invalidParameter("repositoryName", "must have length less than or equal to 256");
  if (!isRepositoryName(name)) {
    throw invalidParameter("repositoryName", `must satisfy regular expression '${REPOSITORY}'`);
  }
}

/** Validates an image tag. @throws AwsError InvalidParameterException. */
export function checkTag(tag: string): void {
  if (!isTag(tag)) throw invalidParameter("imageTag", `must satisfy regular expression '${TAG}'`);
}

/** Validates a digest. @throws AwsError InvalidParameterException. */
export function checkDigest(member: string, digest: string): void {
  if (!DIGEST.test(digest)) {
    throw invalidParameter(member, "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
  }
}

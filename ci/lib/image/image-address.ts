import { repositoryPattern } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { splitHost } from "../common/image-reference.js";
import { parseReleaseVersion } from "../config/version.js";

/** An image that a registry has already, as `--from` names it: by tag, by digest, or by both. */
export interface ImageAddress {
  /** As the user passed it. */
  text: string;
  /** The registry, such as `123456789012.dkr.ecr.us-west-2.amazonaws.com`; the target's when absent. */
  host?: string;
  repository: string;
  tag?: string;
  /** `sha256:` and 64 hex digits. It counts where there is a tag too. */
  digest?: string;
}

const ACCEPTED =
  "Accepted: an image in Amazon ECR by tag or digest, with its registry where that is not the target's: repository:tag, repository@sha256:DIGEST, 123456789012.dkr.ecr.us-west-2.amazonaws.com/repository:tag.";

/** A host name, with or without a port. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/i;

/**
 * Reads `[HOST/]REPOSITORY[:TAG][@sha256:DIGEST]`, in which a tag or a digest must be.
 * @throws InputError
 */
export function parseImageAddress(text: string): ImageAddress {
  const [, name = "", tag, digest] = /^([^@]*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  const [host, repository] = splitHost(name);
  if (!repositoryPattern.test(repository) || (host !== undefined && !HOST.test(host)))
    throw badReference(text, "is no image reference");
  if (tag === undefined && digest === undefined) throw badReference(text, "names neither a tag nor a digest");
  return {
    text,
    repository,
    ...(host !== undefined && { host }),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** Digits of a digest in a version, as many as of a commit's id. */
const SHORT = 12;

/**
 * Returns the version that an image is deployed as: the one that the user passed, or else its tag, or else the first 12 digits of its
 * digest.
 * @throws InputError for a tag that moves, such as `latest`.
 */
export function versionOfImage({ text, tag, digest = "" }: ImageAddress, version: string | undefined): string {
  if (version !== undefined) return parseReleaseVersion(version);
  if (tag === undefined) return digest.slice("sha256:".length, "sha256:".length + SHORT);
  try {
    return parseReleaseVersion(tag);
  } catch (cause) {
    throw new InputError(
      "moving-version",
      `--from ${text} names a tag that moves, "${tag}", so that it can't be the version. Pass one, as in --version v1.2.3: the image that the tag names now is then deployed by its digest. Or name a tag that doesn't move.`,
      { cause },
    );
  }
}

function badReference(text: string, what: string): InputError {
  return new InputError("bad-reference", `--from ${JSON.stringify(text.slice(0, 300))} ${what}. ${ACCEPTED}`);
}

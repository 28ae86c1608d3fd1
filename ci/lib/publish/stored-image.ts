import type { Clients } from "../aws/clients.js";
import { withDescribedErrors } from "../aws/describe-error.js";
import { findTag, type Login, type Repository } from "../aws/ecr.js";
import { readImageLabels } from "../aws/image-labels.js";
import type { Target } from "../config/target.js";
import { LABEL } from "../image/labels.js";
import type { Release } from "../rollout/session.js";

/** Destination of a release, with the clients to reach it. */
export interface Destination {
  aws: Clients;
  target: Target;
  /** The target's file names its repository; otherwise it is that of the image that runs. */
  isRepositoryStated?: boolean;
}

/** An image in the registry. */
export interface StoredImage {
  digest: string;
  labels: Record<string, string>;
}

/** Returns the image of a tag; undefined when the registry has no such tag. */
export async function findStored(
  repository: Repository,
  tag: string,
  login: Login,
  { aws }: Destination,
): Promise<StoredImage | undefined> {
  const digest = await withDescribedErrors(findTag(aws, repository, tag));
  if (digest === undefined) return undefined;
  return { digest, labels: await readImageLabels(repository, digest, login, aws.endpoint) };
}

export function toRelease(version: string, { uri }: Repository, { digest, labels }: StoredImage): Release {
  const commit = labels[LABEL.revision];
  return { version, image: `${uri}@${digest}`, digest, ...(commit && { commit }) };
}

import { withDescribedErrors } from "../aws/describe-error.js";
import { findRepository, findTag, login, newestTags, type Repository } from "../aws/ecr.js";
import { AccessDeniedError, CredentialsExpiredError } from "../aws/errors.js";
import { readImageLabels } from "../aws/image-labels.js";
import { partitionOf, registryAt, registryHost } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { ecrOf, readTaggedDigest } from "../ecs/ecr-images.js";
import { type ImagePlace, placeOf, registryRegionOf } from "../ecs/image-place.js";
import { type ImageAddress, parseImageAddress, versionOfImage } from "../image/image-address.js";
import type { Release } from "../rollout/session.js";
import { type Destination, toRelease } from "./stored-image.js";

/** An image that exists already, and the version that it is deployed as. */
export interface Existing {
  address: ImageAddress;
  version: string;
}

/**
 * Reads `--from` and `--version`, before anything is called.
 * @returns undefined without `--from`.
 * @throws InputError
 */
export function parseExisting({ from, version }: Record<"from" | "version", string | undefined>): Existing | undefined {
  if (from === undefined) return undefined;
  const address = parseImageAddress(from);
  return { address, version: versionOfImage(address, version) };
}

/**
 * Finds an image that a registry has already, to be deployed as it is. Its digest is the one that its reference names, or else the
 * one that its tag stands for now. Whether a digest is there is checked by the preflight.
 * @throws InputError when the registry is not one of Amazon ECR, or has no such repository or tag; SlipwayError when the digest can't
 * be read.
 */
export async function findExisting(
  address: ImageAddress,
  version: string,
  destination: Destination,
  progress: (line: string) => void,
): Promise<Release> {
  const place = placeOfAddress(address, destination);
  const ecr = { ecr: await ecrOf(destination, place) };
  const repository = await withDescribedErrors(repositoryOf(address, place, destination, ecr));
  const digest = address.digest ?? (await withDescribedErrors(digestOf(address, place, repository, ecr)));
  const labels = await login(ecr)
    .then((credentials) => readImageLabels(repository, digest, credentials, destination.aws.endpoint))
    .catch((error: Error) => {
      if (error instanceof CredentialsExpiredError) throw error;
      progress(`The image's labels could not be read, so its commit is not known: ${neutral(error.message, 300)}`);
      return {};
    });
  if (!destination.isRepositoryStated && repository.name !== destination.target.repository)
    progress(
      `The target names no repository, so that a later publish goes to ${repository.uri}, where this image is. Add "repository" to the target where builds belong to another.`,
    );
  return toRelease(version, repository, { digest, labels });
}

type Ecr = Parameters<typeof login>[0];

/** @throws InputError when the registry is not one that the target's credentials and tasks can read. */
function placeOfAddress({ text, host, repository }: ImageAddress, { target, aws }: Destination): ImagePlace {
  const own = { ...placeOf(target), repositoryName: repository };
  // A local AWS has one account, and its registry behind its own port.
  if (host === undefined || (aws.endpoint !== undefined && /^(?:127\.0\.0\.1|localhost):\d+$/.test(host))) return own;
  const registry = registryAt(host);
  if (!registry) {
    throw new InputError(
      "foreign-registry",
      `--from ${text} is in ${host}, which is no private registry of Amazon ECR: its digest, platform and scan can't be checked. Accepted: an image in ECR, of any account and region, such as 123456789012.dkr.ecr.us-west-2.amazonaws.com/repository:tag. Copy the image there, let a pull through cache rule do it (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html), or pass its address with --image to publish it.`,
    );
  }
  const { account, region } = registry;
  if (partitionOf(region).id !== partitionOf(target.region).id) {
    throw new InputError(
      "foreign-partition",
      `--from ${text} is in ${region}, which is in another partition of AWS than ${target.region}. Accepted: a registry in the partition ${partitionOf(target.region).id}. Copy the image to one.`,
    );
  }
  const isElsewhere = region !== registryRegionOf(target);
  return { registryId: account, repositoryName: repository, ...(isElsewhere && { region }) };
}

/** Returns the repository's address from account and region, where describing it is denied. */
async function repositoryOf(
  { host }: ImageAddress,
  { registryId, repositoryName: name, region }: ImagePlace,
  { target, aws }: Destination,
  ecr: Ecr,
): Promise<Repository> {
  const registryRegion = region ?? registryRegionOf(target);
  const described = { ...target, repository: name, registry: { account: registryId, region: registryRegion } };
  try {
    const { uri } = await findRepository(ecr, described, "Correct --from.");
    return { registryId, name, uri: host === undefined ? uri : `${host}/${name}` };
  } catch (error) {
    if (!(error instanceof AccessDeniedError) || (host === undefined && aws.endpoint !== undefined)) throw error;
    return { registryId, name, uri: `${host ?? registryHost(registryId, registryRegion)}/${name}` };
  }
}

/** @throws InputError when there is no such tag, or when neither way to read its digest is permitted. */
async function digestOf(
  { text, tag = "" }: ImageAddress,
  place: ImagePlace,
  repository: Repository,
  ecr: Ecr,
): Promise<string> {
  try {
    const digest = await findTag(ecr, repository, tag).catch((error) => {
      if (!(error instanceof AccessDeniedError)) throw error;
      // A policy for other accounts often permits a pull and nothing else.
      return readTaggedDigest(ecr.ecr, place, tag);
    });
    if (digest !== undefined) return digest;
  } catch (cause) {
    if (!(cause instanceof AccessDeniedError)) throw cause;
    throw new InputError(
      "unreadable-image",
      `The digest of --from ${text} can't be read: neither ecr:DescribeImages nor ecr:BatchGetImage is permitted on ${repository.uri}. Allow one of them in the IAM policy of the role that deploys, and, in another account, in the repository's policy. Or name the image by its digest, as in --from ${repository.uri}@sha256:DIGEST: what can't be read is then not checked.`,
      { cause },
    );
  }
  const tags = await newestTags(ecr, repository, 5);
  throw new InputError(
    "no-image",
    `${repository.uri} has no tag "${tag}". ${tags} Correct --from, or push the image first.`,
  );
}

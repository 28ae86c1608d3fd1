import type { Repository as EcrRepository, ImageDetail } from "@aws-sdk/client-ecr";
import { InputError } from "../common/errors.js";
import { hintFrom, hintPages } from "../common/name-suggestions.js";
import type { Target } from "../config/target.js";
import type { Clients } from "./clients.js";
import { withDescribedErrors } from "./describe-error.js";
import { listPages } from "./paging.js";
import { sdk } from "./sdk.js";

interface Ecr {
  ecr: Pick<Clients["ecr"], "send">;
}

/** The target's image repository. */
export interface Repository {
  /** The account of its registry. */
  registryId: string;
  name: string;
  /** Prefix of image references: `<registry>/<name>`. */
  uri: string;
}

/** A login to a registry. */
export interface Login {
  username: string;
  password: string;
}

/**
 * @param next The next step of the error, where another than the target's key names the repository.
 * @throws InputError when there is no such repository, naming those that there are.
 */
export async function findRepository(
  aws: Ecr,
  target: Target,
  next = 'Create it, or correct "repository" in the target.',
): Promise<Repository> {
  const registryId = target.registry?.account ?? target.account;
  const command = new sdk.ecr.DescribeRepositoriesCommand({ registryId, repositoryNames: [target.repository] });
  try {
    const answer = await aws.ecr.send(command);
    return toRepository(answer.repositories?.[0], target.repository);
  } catch (cause) {
    if (!(cause instanceof sdk.ecr.RepositoryNotFoundException)) throw cause;
    const others = await hintFrom("repositories", target.repository, listRepositories(aws, registryId));
    throw new InputError(
      "no-repository",
      `Account ${registryId} has no image repository "${target.repository}" in ${target.registry?.region ?? target.region}. ${others} ${next}`,
      { cause },
    );
  }
}

function toRepository(found: EcrRepository | undefined, name: string): Repository {
  if (!found?.repositoryUri || !found.registryId)
    throw new Error(`ECR described repository "${name}" without its address.`);
  if (!found.repositoryUri.endsWith(`/${name}`))
    throw new Error(`ECR described repository "${name}" with the address of another.`);
  return { registryId: found.registryId, name, uri: found.repositoryUri };
}

/** Returns the digest that a tag stands for; undefined when there is no such tag. */
export async function findTag(aws: Ecr, { registryId, name }: Repository, tag: string): Promise<string | undefined> {
  const input = { registryId, repositoryName: name, imageIds: [{ imageTag: tag }] };
  try {
    return (await aws.ecr.send(new sdk.ecr.DescribeImagesCommand(input))).imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (error instanceof sdk.ecr.ImageNotFoundException) return undefined;
    throw error;
  }
}

/** Describes the newest tags of the repository for an error about another; reads at most ten pages of a thousand images. */
export async function newestTags(aws: Ecr, { registryId, name }: Repository, count: number): Promise<string> {
  const tagged = { registryId, repositoryName: name, filter: { tagStatus: "TAGGED" }, maxResults: 1000 } as const;
  try {
    const { items: images, more } = await listPages(async (nextToken) => {
      const answer = await aws.ecr.send(
        new sdk.ecr.DescribeImagesCommand({ ...tagged, ...(nextToken && { nextToken }) }),
      );
      return { items: answer.imageDetails, nextToken: answer.nextToken };
    }, hintPages);
    const age = ({ imagePushedAt }: ImageDetail) => -(imagePushedAt?.getTime() ?? 0);
    const tags = images.sort((a, b) => age(a) - age(b)).flatMap((image) => image.imageTags ?? []);
    if (tags.length === 0) return "It has no version.";
    return `${more ? "Some of its versions" : "Its newest versions"}: ${tags.slice(0, count).join(", ")}.`;
  } catch (error) {
    return `(Its versions could not be listed: ${(error as Error).name}.)`;
  }
}

/** Returns a login to every registry that the credentials may use, valid for twelve hours. */
export async function login(aws: Ecr): Promise<Login> {
  const answer = await withDescribedErrors(aws.ecr.send(new sdk.ecr.GetAuthorizationTokenCommand({})));
  const token = answer.authorizationData?.[0]?.authorizationToken;
  if (!token) throw new Error("ECR returned no token from GetAuthorizationToken.");
  const [username = "", ...password] = Buffer.from(token, "base64").toString().split(":");
  return { username, password: password.join(":") };
}

function listRepositories(aws: Ecr, registryId: string) {
  return listPages(async (token) => {
    const command = new sdk.ecr.DescribeRepositoriesCommand({
      registryId,
      maxResults: 1000,
      ...(token && { nextToken: token }),
    });
    const { repositories = [], nextToken } = await aws.ecr.send(command);
    return { items: repositories.flatMap(({ repositoryName }) => repositoryName ?? []), nextToken };
  }, hintPages);
}

import type { Repository as EcrRepository, ImageDetail } from "@aws-sdk/client-ecr";
import { InputError } from "../common/errors.js";
import type { Target } from "../config/target.js";
import type { Clients } from "./clients.js";
import { withDescribedErrors } from "./describe-error.js";
import { hintFrom, type Listed, listPages } from "./name-suggestions.js";
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
    const others = await hintFrom("repositories", target.repository, repositoryNames(aws, registryId));
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

/** The digest that a tag stands for; undefined when there is no such tag. */
export async function findTag(aws: Ecr, { registryId, name }: Repository, tag: string): Promise<string | undefined> {
  const command = new sdk.ecr.DescribeImagesCommand({
    registryId,
    repositoryName: name,
    imageIds: [{ imageTag: tag }],
  });
  try {
    const answer = await aws.ecr.send(command);
    return answer.imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (error instanceof sdk.ecr.ImageNotFoundException) return undefined;
    throw error;
  }
}

/** Describes the newest tags of the repository for an error about another; reads at most ten pages of a thousand images. */
export async function newestTags(aws: Ecr, { registryId, name }: Repository, count: number): Promise<string> {
  const images: ImageDetail[] = [];
  try {
    const { more } = await listPages(async (nextToken) => {
      const command = new sdk.ecr.DescribeImagesCommand({
        registryId,
        repositoryName: name,
        filter: { tagStatus: "TAGGED" },
        maxResults: 1000,
        ...(nextToken && { nextToken }),
      });
      const answer = await aws.ecr.send(command);
      images.push(...(answer.imageDetails ?? []));
      return { names: [], next: answer.nextToken };
    });
    const age = ({ imagePushedAt }: ImageDetail) => -(imagePushedAt?.getTime() ?? 0);
    const tags = images.sort((a, b) => age(a) - age(b)).flatMap((image) => image.imageTags ?? []);
    if (tags.length === 0) return "It has no version.";
    return `${more ? "Some of its versions" : "Its newest versions"}: ${tags.slice(0, count).join(", ")}.`;
  } catch (error) {
    return `(Its versions could not be listed: ${(error as Error).name}.)`;
  }
}

/** A login that is good for twelve hours, to every registry that the credentials may use. */
export async function login(aws: Ecr): Promise<Login> {
  const answer = await withDescribedErrors(aws.ecr.send(new sdk.ecr.GetAuthorizationTokenCommand({})));
  const token = answer.authorizationData?.[0]?.authorizationToken;
  if (!token) throw new Error("ECR answered GetAuthorizationToken without a token.");
  const [username = "", ...password] = Buffer.from(token, "base64").toString().split(":");
  return { username, password: password.join(":") };
}

async function repositoryNames(aws: Ecr, registryId: string): Promise<Listed> {
  return await listPages(async (nextToken) => {
    const command = new sdk.ecr.DescribeRepositoriesCommand({
      registryId,
      maxResults: 1000,
      ...(nextToken && { nextToken }),
    });
    const answer = await aws.ecr.send(command);
    const names = (answer.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
    return { names, next: answer.nextToken };
  });
}

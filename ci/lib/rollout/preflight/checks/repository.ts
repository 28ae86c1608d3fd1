import { fixOf, type Readable } from "../../../common/readable.js";
import type { RepositoryFacts } from "../../../ecs/ecr-images.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, Place, SharedReads } from "../shared-reads.js";
import type { ImagesFacts } from "./images.js";
import type { RollbackFacts } from "./rollback-revision.js";

const ids = ["mutable-tags", "foreign-registry"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface RepositoryTopicFacts {
  /** The repository of ECR that the release's image is in. */
  place: Place;
  /** Settings of that repository. */
  repository: Readable<RepositoryFacts>;
}

type Facts = BaseFacts & RepositoryTopicFacts & Pick<ImagesFacts, "image"> & Pick<RollbackFacts, "hasCompleted">;

/** Checks that a version's tag can't be moved, and that tasks can pull from the repository. */
export function repository(facts: Facts): Finding[] {
  return [...mutableTags(facts), ...foreignRegistry(facts)];
}

function mutableTags({ repository, image, place, release }: Facts): Finding[] {
  // A registry other than ECR has no such setting.
  if ("unknown" in place) return [];
  const name = place.repositoryName;
  if ("unknown" in repository) {
    return notRead(
      "mutable-tags",
      `The settings of repository "${name}" could not be read: ${repository.unknown}.`,
      fixOf(repository.unknown, "Allow ecr:DescribeRepositories on the repository."),
    );
  }
  // An image that is named by digest, or deployed as another version than its tag, has no tag to protect.
  const isTagged = !image || "unknown" in image || image.value?.tags.includes(release.version) !== false;
  if (!isTagged) return [];
  if (!isMutable(repository.value, release.version)) return [];
  return warning(
    "mutable-tags",
    `The tag ${release.version} is MUTABLE in repository "${name}": two publishes of the same version at the same time can overwrite each other.`,
    "Set the repository's tag mutability to IMMUTABLE. A deploy names its image by digest in any case.",
  );
}

function isMutable({ tagMutability, exclusions }: RepositoryFacts, tag: string): boolean {
  const isExcluded = exclusions.some((one) => new RegExp(`^${one.split("*").map(escaped).join(".*")}$`).test(tag));
  return tagMutability.startsWith("MUTABLE") !== isExcluded;
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

function foreignRegistry({ target, place, next, running, release, hasCompleted }: Facts): Finding[] {
  if ("unknown" in place || place.registryId === target.account) return [];
  const account = place.registryId;
  // Tasks with the same roles already pull from this repository.
  const isPulledFrom = repositoryOf(running.image) === repositoryOf(release.image);
  if (isPulledFrom && "value" in hasCompleted && hasCompleted.value) return [];
  return notRead(
    "foreign-registry",
    `Whether ${next.executionRoleArn ?? "the service"} may pull from the registry of account ${account} can't be read.`,
    "Check that the repository's policy allows ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.",
  );
}

/** Returns an image reference without its digest and its tag. */
function repositoryOf(image: string): string {
  return image.replace(/(?::[\w.-]+)?(?:@.*)?$/, "");
}

export const repositoryTopic = {
  ids,
  read: async ({ place, repository }: SharedReads): Promise<RepositoryTopicFacts> => ({ place, repository }),
  judge: repository,
};

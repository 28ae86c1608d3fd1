import { fixOf } from "../../../aws/try-read.js";
import type { RepositoryFacts } from "../../../ecs/ecr-images.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The repository keeps a version's tag where it is, and tasks can pull from it. */
export function repository(facts: PreflightFacts): Finding[] {
  return [...mutableTags(facts), ...foreignRegistry(facts)];
}

function mutableTags({ repository, image, place, release }: PreflightFacts): Finding[] {
  // A registry other than ECR has no such setting.
  if ("unknown" in place) return [];
  const name = place.repositoryName;
  if ("unknown" in repository) {
    return [
      {
        id: "mutable-tags",
        level: "not-checked",
        what: `The settings of repository "${name}" could not be read: ${repository.unknown}.`,
        fix: fixOf(repository.unknown, "Allow ecr:DescribeRepositories on the repository."),
      },
    ];
  }
  // An image that is named by digest, or deployed as another version than its tag, has no tag that could move.
  const isTagged = !image || "unknown" in image || image.value?.tags.includes(release.version) !== false;
  if (!isTagged) return [];
  if (!isMutable(repository.value, release.version)) return [];
  return [
    {
      id: "mutable-tags",
      level: "warning",
      what: `The tag ${release.version} is MUTABLE in repository "${name}": two who publish the same version at once can overwrite each other.`,
      fix: "Set the repository's tag mutability to IMMUTABLE. What is deployed is named by digest either way.",
    },
  ];
}

function isMutable({ tagMutability, exclusions }: RepositoryFacts, tag: string): boolean {
  const isExcluded = exclusions.some((one) => new RegExp(`^${one.split("*").map(escaped).join(".*")}$`).test(tag));
  return tagMutability.startsWith("MUTABLE") !== isExcluded;
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

function foreignRegistry({ target, place, next, running, release, hasCompleted }: PreflightFacts): Finding[] {
  if ("unknown" in place || place.registryId === target.account) return [];
  const account = place.registryId;
  // Tasks of the same roles have been pulling from this very repository.
  const isPulledFrom = repositoryOf(running.image) === repositoryOf(release.image);
  if (isPulledFrom && "value" in hasCompleted && hasCompleted.value) return [];
  return [
    {
      id: "foreign-registry",
      level: "not-checked",
      what: `Whether ${next.executionRoleArn ?? "the service"} may pull from the registry of account ${account} can't be seen from here.`,
      fix: "See that the repository's policy allows it ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.",
    },
  ];
}

/** An image reference without its digest and its tag. */
function repositoryOf(image: string): string {
  return image.replace(/(?::[\w.-]+)?(?:@.*)?$/, "");
}

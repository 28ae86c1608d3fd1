import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";

/** The repository keeps a version's tag where it is, and tasks can pull from it. */
export function repository(facts: Facts): Finding[] {
  return [...mutableTags(facts), ...foreignRegistry(facts)];
}

function mutableTags({ repository, target }: Facts): Finding[] {
  if ("unknown" in repository) {
    return [
      {
        id: "mutable-tags",
        level: "not-checked",
        what: `The settings of repository "${target.repository}" could not be read: ${repository.unknown}.`,
        fix: "Allow ecr:DescribeRepositories on the repository.",
      },
    ];
  }
  if (!repository.value.tagMutability.startsWith("MUTABLE")) return [];
  return [
    {
      id: "mutable-tags",
      level: "warning",
      what: `The tags of repository "${target.repository}" are MUTABLE: two who publish the same version at once can overwrite each other.`,
      fix: "Set the repository's tag mutability to IMMUTABLE. What is deployed is named by digest either way.",
    },
  ];
}

function foreignRegistry({ target, next }: Facts): Finding[] {
  const account = target.registry?.account;
  if (account === undefined || account === target.account) return [];
  return [
    {
      id: "foreign-registry",
      level: "not-checked",
      what: `Whether ${next.executionRoleArn ?? "the service"} may pull from the registry of account ${account} can't be seen from here.`,
      fix: "See that the repository's policy allows it ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.",
    },
  ];
}

import { parseImage } from "../../../common/image-reference.js";
import { compareVersions, variableOf } from "../../../config/version.js";
import { objects } from "../../../ecs/containers.js";
import { type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["older-version", "same-image"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Warns about a release that is older than the running one: a deploy may do so on purpose, a re-run of an old workflow run does not. */
export function olderVersion({ release, running, verb }: BaseFacts): Finding[] {
  if (verb === "rollback" || running.version === undefined) return [];
  const order = compareVersions(release.version, running.version);
  if (order === undefined || order >= 0) return [];
  return warning(
    "older-version",
    `${release.version} is older than ${running.version}, which the service is set to.`,
    `If ${release.version} ran before, rollback --to ${release.version} restores its whole revision, with its settings. If this is a re-run of an earlier workflow run, cancel it.`,
  );
}

/**
 * Warns about other containers that stay on another image of the release's repository: an init container or a worker usually belongs to
 * the release, but it may be pinned on purpose, so none is changed unless the target names it.
 */
export function sameImage({ next, release, target }: BaseFacts): Finding[] {
  const { repository } = parseImage(release.image);
  const left = objects(next.containerDefinitions).filter(
    ({ image }) => typeof image === "string" && image !== release.image && parseImage(image).repository === repository,
  );
  if (left.length === 0) return [];
  const names = left.map(({ name }) => name);
  const variable = variableOf(target);
  const stay = left.map(({ name, image, environment }) => {
    const version = objects(environment).find(({ name }) => name === variable)?.value;
    const { digest, tag } = parseImage(String(image));
    return `${name} (${version ?? tag ?? digest ?? image})`;
  });
  return warning(
    "same-image",
    `${stay.join(" and ")} run${left.length === 1 ? "s" : ""} another image of the same repository and would not move to ${release.version}.`,
    `Where ${left.length === 1 ? "it belongs" : "they belong"} to the release, name ${names.join(" and ")} in "containers" of the target beside the released container, or register a revision that has the release's image in all of them.`,
  );
}

export const releaseTopic = {
  ids,
  judge: (facts: BaseFacts): Finding[] => [...olderVersion(facts), ...sameImage(facts)],
};

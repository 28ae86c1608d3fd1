import { objects, variableOf } from "../../../ecs/containers.js";
import { parseImage } from "../../../ecs/image-reference.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/**
 * No other container stays behind on another image of the release's repository. A warning: an init container or a worker usually belongs
 * to the release, and one that is pinned on purpose exists too, so that none is moved unasked.
 */
export function sameImage({ next, release, target }: PreflightFacts): Finding[] {
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
  return [
    {
      id: "same-image",
      level: "warning",
      what: `${stay.join(" and ")} run${left.length === 1 ? "s" : ""} another image of the same repository and would not move to ${release.version}.`,
      fix: `Where ${left.length === 1 ? "it belongs" : "they belong"} to the release, name ${names.join(" and ")} in "containers" of the target beside the released container, or register a revision that has the release's image in all of them.`,
    },
  ];
}

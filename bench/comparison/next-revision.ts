import { answeredOnly } from "../../ci/lib/rollout/plan/plan.js";
import type { PublishedImage } from "../scenario/images.js";

interface Container {
  name: string;
  image: string;
  environment?: { name: string; value: string }[];
}

/**
 * Returns a described task definition with the release's image and version in its container, as scripts around the AWS tools register it.
 */
export function nextRevision<T extends object>(described: T, container: string, { image, version }: PublishedImage): T {
  const kept = Object.entries(described).filter(([name]) => !answeredOnly.has(name));
  const definition = structuredClone(Object.fromEntries(kept)) as { containerDefinitions: Container[] };
  for (const each of definition.containerDefinitions.filter(({ name }) => name === container)) {
    each.image = image;
    each.environment = [
      ...(each.environment ?? []).filter(({ name }) => name !== "VERSION"),
      { name: "VERSION", value: version },
    ];
  }
  return definition as T;
}

import { registryAt } from "../common/aws-names.js";
import { parseImage, splitHost } from "../common/image-reference.js";
import type { Target } from "../config/target.js";

/** A repository of ECR, as its API names it. */
export interface ImagePlace {
  registryId: string;
  repositoryName: string;
  /** Present when it differs from the region of the target's registry. */
  region?: string;
}

/** Returns the place of the target's own repository. */
export function placeOf({ registry, account, repository }: Target): ImagePlace {
  return { registryId: registry?.account ?? account, repositoryName: repository };
}

/** Returns the region of the target's registry, which the clients of a target use. */
export function registryRegionOf({ registry, region }: Pick<Target, "registry" | "region">): string {
  return registry?.region ?? region;
}

/**
 * Returns the repository of ECR that an image is in.
 * @param own Address of the target's repository, or an image in it: an image with the same host is in the target's registry.
 */
export function locate(image: string, own: string, target: Target): ImagePlace | { unknown: string } {
  const [host, path] = splitHost(parseImage(image).repository);
  const [ownHost] = splitHost(parseImage(own).repository);
  const registry = registryAt(host ?? "");
  if (registry) {
    const { account: registryId, region } = registry;
    return { registryId, repositoryName: path, ...(region !== registryRegionOf(target) && { region }) };
  }
  if (host !== undefined && host === ownHost) return { ...placeOf(target), repositoryName: path };
  return { unknown: "it is in a registry other than ECR" };
}

import { type Container, dag, type Service } from "@dagger.io/dagger";
import type { Login } from "../aws/ecr.js";
import { splitReference } from "../image/labels.js";

/**
 * Pushes a container's image.
 * @param service A local AWS, whose registry is reached through it.
 * @returns The digest of what was pushed.
 */
export async function pushed(
  image: Container,
  address: string,
  { username, password }: Login,
  service: Service | undefined,
): Promise<string> {
  const reference = await image
    .withRegistryAuth(address, username, dag.setSecret("registry-password", password))
    .publish(address, service && { registryService: service });
  const { digest } = splitReference(reference);
  if (!digest) throw new Error(`The engine published ${reference} without naming its digest.`);
  return digest;
}

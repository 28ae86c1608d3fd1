import { Readable } from "node:stream";
import type { Session } from "../session/session.js";
import { imageDocuments, mediaTypes } from "./manifest.js";
import { formatReference, parseReference } from "./reference.js";
import { type Login, Registry } from "./registry.js";
import type { ContainerState } from "./state.js";

/**
 * Pushes a container's image: the blobs that the registry lacks, then the manifest under the tag.
 *
 * @param host Address `HOST:PORT` of the registry when it is a service.
 * @returns The address with its tag and digest.
 */
export async function publishImage(
  session: Session,
  state: ContainerState,
  address: string,
  host?: string,
): Promise<string> {
  const reference = parseReference(address);
  const login = await loginFor(state, reference.registry);
  const registry = await Registry.open(host ?? reference.registry, reference.name, {
    ...(login && { login }),
    signal: session.signal,
  });
  const { config, configDigest, manifest, digest } = imageDocuments(state);
  return session.trace.step(`publish ${address}`, async () => {
    for (const layer of state.layers)
      await registry.putBlob(layer.digest, layer.size, () => session.store.open(layer.digest));
    await registry.putBlob(configDigest, config.length, () => Readable.from([config]));
    await registry.putManifest(reference.tag ?? digest, mediaTypes.manifest, manifest);
    return formatReference({ ...reference, digest });
  });
}

/** Returns the last login for this registry, given by its host or by an address in it. */
export async function loginFor({ registryAuth }: ContainerState, registry: string): Promise<Login | undefined> {
  const found = registryAuth
    .filter(({ address }) => address.replace(/^https?:\/\//, "").split("/")[0] === registry)
    .at(-1);
  return found && { username: found.username, password: await found.secret.plaintext() };
}

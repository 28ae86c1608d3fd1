import type { Login, Repository } from "./ecr.js";
import { readRegistryJson } from "./registry-json.js";

/**
 * The labels of an image that lies in a registry. They are read from its configuration, which keeps them through every copy by any
 * tool, as annotations on a manifest don't.
 * @param endpoint The base URL of a local AWS; absent for the registry that the repository's address names.
 * @returns None for an index of several images.
 */
export async function readImageLabels(
  { name, uri }: Repository,
  digest: string,
  login: Login,
  endpoint?: string,
): Promise<Record<string, string>> {
  const repository = `${endpoint ?? `https://${uri.slice(0, uri.indexOf("/"))}`}/v2/${name}`;
  const how = { login, direct: endpoint !== undefined };
  const manifest = await readRegistryJson<Manifest>(new URL(`${repository}/manifests/${digest}`), how);
  if (!manifest.config) return {};
  // It becomes part of a path that the login is sent to.
  if (!/^[a-z0-9]+:[0-9a-f]{32,128}$/.test(manifest.config.digest))
    throw new Error(
      `The manifest ${digest} names a configuration by ${JSON.stringify(manifest.config.digest)}, which is no digest.`,
    );
  const image = await readRegistryJson<ImageConfig>(new URL(`${repository}/blobs/${manifest.config.digest}`), how);
  return image.config?.Labels ?? {};
}

interface Manifest {
  config?: { digest: string };
}

interface ImageConfig {
  config?: { Labels?: Record<string, string> | null };
}

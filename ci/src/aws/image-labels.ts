import type { Login, Repository } from "./ecr.js";
import { manifestTypes } from "./manifest-types.js";

const TIMEOUT = 30_000;

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
  const manifest = await getJson<Manifest>(`${repository}/manifests/${digest}`, login);
  if (!manifest.config) return {};
  const image = await getJson<ImageConfig>(`${repository}/blobs/${manifest.config.digest}`, login);
  return image.config?.Labels ?? {};
}

interface Manifest {
  config?: { digest: string };
}

interface ImageConfig {
  config?: { Labels?: Record<string, string> | null };
}

async function getJson<T>(url: string, { username, password }: Login): Promise<T> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const response = await fetch(url, {
    headers: { accept: manifestTypes.join(", "), authorization },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

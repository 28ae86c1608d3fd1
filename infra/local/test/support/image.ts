import { digestOf, OCI_MANIFEST, pushManifest, uploadLayer } from "../../aws/ecr/registry/test/layers.js";
import { registryLogin, send } from "../../aws/test/local-aws.js";
import type { TestEnvironment } from "./environment.js";

/**
 * Pushes an image without layers to the environment's repository, or another one, as another tool would.
 * @returns Its digest.
 */
export async function putImage(
  environment: TestEnvironment,
  tag: string,
  labels: Record<string, string>,
  repository = environment.target.repository,
): Promise<string> {
  const base = `${environment.url}/v2/${repository}`;
  const login = await registryLogin(environment.clients.ecr);
  const config = Buffer.from(
    JSON.stringify({ os: "linux", architecture: "amd64", config: { Labels: { ...labels, tag } } }),
  );
  await uploadLayer(base, login, config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [],
  });
  await pushManifest(base, login, tag, manifest);
  return digestOf(manifest);
}

/** Returns the labels of a tag's image. */
export async function labelsOf(environment: TestEnvironment, tag: string): Promise<Record<string, string>> {
  const base = `${environment.url}/v2/${environment.target.repository}`;
  const headers = { ...(await registryLogin(environment.clients.ecr)), accept: OCI_MANIFEST };
  const manifest = (await send(`${base}/manifests/${tag}`, { headers })).json() as { config: { digest: string } };
  const config = (await send(`${base}/blobs/${manifest.config.digest}`, { headers })).json();
  return (config as { config: { Labels: Record<string, string> } }).config.Labels;
}

import { BatchGetImageCommand, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { LocalClients } from "./seed.js";

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

interface Manifest {
  mediaType?: string;
  config: Descriptor;
  layers: Descriptor[];
}

/** Part of an image's configuration: https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
  architecture: string;
  config?: {
    Env?: string[];
    Entrypoint?: string[];
    Cmd?: string[];
    ExposedPorts?: Record<string, object>;
    /** Docker's extension. Times in nanoseconds. */
    Healthcheck?: { Test?: string[]; Interval?: number; Timeout?: number; StartPeriod?: number; Retries?: number };
  };
  rootfs: { diff_ids: string[] };
  history?: object[];
}

export interface PublishedImage {
  manifest: Manifest;
  config: ImageConfig;
}

/** Reads the manifest and the configuration of a published image. @param registry The registry's URL. */
export async function readPublished(
  clients: LocalClients,
  registry: string,
  repository: string,
  tag: string,
): Promise<PublishedImage> {
  const command = new BatchGetImageCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] });
  const { images } = await clients.ecr.send(command);
  const manifest = JSON.parse(images?.[0]?.imageManifest ?? "null") as Manifest;
  const headers = { authorization: await authorize(clients) };
  const config = await fetch(`${registry}/v2/${repository}/blobs/${manifest.config.digest}`, { headers });
  return { manifest, config: (await config.json()) as ImageConfig };
}

/** Returns the `Authorization` header for the registry. */
export async function authorize({ ecr }: LocalClients): Promise<string> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  return `Basic ${authorizationData?.[0]?.authorizationToken}`;
}
